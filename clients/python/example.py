"""Starts a run of a round, follows it and prints who is placed where.

python clients/python/example.py 127.0.0.1:7420 programs/P/rounds/R
"""

import os
import sys

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

address, round_name = sys.argv[1:]
key = os.environ.get("PRACTICUM_KEY")
headers = [("authorization", f"Bearer {key}")] if key else []
channel = grpc.insecure_channel(address)
pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))


def call(service, name, /, **fields):
    service = pool.FindServiceByName(f"practicum.v1.{service}")
    method = service.methods_by_name[name]
    shape = channel.unary_stream if method.server_streaming else channel.unary_unary
    send = shape(
        f"/{service.full_name}/{name}",
        request_serializer=GetMessageClass(method.input_type).SerializeToString,
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )
    return send(GetMessageClass(method.input_type)(**fields), metadata=headers)


run = call("RunService", "StartRun", round=round_name, time_limit_seconds=30).run
for message in call("RunService", "WatchRun", name=run.name):
    print(message.event.sequence, message.event.WhichOneof("happened"))
plan = call("RunService", "GetRun", name=run.name).run.plan
page = call("PlanService", "ListPlacements", parent=plan, page_size=1000)
for placement in page.placements:
    print(placement.trainee_id, placement.site_id)

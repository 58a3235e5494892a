// Starts a run of a round, follows it and prints who is placed where.
//
// node clients/node/example.mjs 127.0.0.1:7420 programs/P/rounds/R

import { readdirSync } from "node:fs";
import { promisify } from "node:util";

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const [address, round] = process.argv.slice(2);
const files = readdirSync("proto/practicum/v1").filter((file) => file.endsWith(".proto"));
const contract = protoLoader.loadSync(
  files.map((file) => `practicum/v1/${file}`),
  { includeDirs: ["proto"], keepCase: true, longs: Number, enums: String, oneofs: true },
);
const { RunService, PlanService } = grpc.loadPackageDefinition(contract).practicum.v1;
const [runs, plans] = [RunService, PlanService].map(
  (Service) => new Service(address, grpc.credentials.createInsecure()),
);
const headers = new grpc.Metadata();
if (process.env.PRACTICUM_KEY) {
  headers.set("authorization", `Bearer ${process.env.PRACTICUM_KEY}`);
}
const call = (client, method, request) => promisify(client[method].bind(client))(request, headers);

const { run } = await call(runs, "StartRun", { round, time_limit_seconds: 30 });
for await (const { event } of runs.WatchRun({ name: run.name }, headers)) {
  console.log(event.sequence, event.happened);
}
const { plan } = (await call(runs, "GetRun", { name: run.name })).run;
const page = await call(plans, "ListPlacements", { parent: plan, page_size: 1000 });
for (const { trainee_id, site_id } of page.placements) {
  console.log(trainee_id, site_id);
}

"""A Python client of Practicum that is both an example and a test.

It knows nothing of the contract beforehand: it asks the server for it by
reflection. It imports a roster, looks at it before any solve, runs it, cuts and
resumes the watch, reads the plan, asks why somebody has no place, pins that
trainee, runs again, compares, publishes, answers for a supervisor who declines,
repairs the plan, publishes the repair, reads what partners are told, and exports
it. Each step is checked; the first that fails ends the program with an error.

Run from the root of the project: python clients/python/story.py 127.0.0.1:7420
Where the server asks for a key, PRACTICUM_KEY holds it.
"""

import csv
import io
import os
import sys
import uuid
from pathlib import Path

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

PROGRAM = "metro-120"
FOLDER = Path("tests/data/rosters") / PROGRAM
RUN_SECONDS = 60
# A run may also wait for another one, so that watching gets more time.
WATCH_SECONDS = 3 * RUN_SECONDS
CALL_SECONDS = 20
EXPLAIN_SECONDS = 60


def check(holds, what):
    """Ends the program unless something holds."""
    if not holds:
        sys.exit(f"failed: {what}")


class Practicum:
    """Calls any method of the services that a server tells of."""

    def __init__(self, address, key=""):
        # Who calls; reflection needs no key.
        self.headers = [("authorization", f"Bearer {key}")] if key else []
        self.channel = grpc.insecure_channel(address)
        self.contract = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.contract)

    def message(self, name, /, **fields):
        """Makes a message; inner messages are dicts, and enum values names."""
        descriptor = self.pool.FindMessageTypeByName(f"practicum.v1.{name}")
        return GetMessageClass(descriptor)(**fields)

    def method(self, service, name):
        """Returns a method as something that can be called with messages."""
        service = self.pool.FindServiceByName(f"practicum.v1.{service}")
        method = service.methods_by_name[name]
        shape = "{}_{}".format(
            "stream" if method.client_streaming else "unary",
            "stream" if method.server_streaming else "unary",
        )
        call = getattr(self.channel, shape)(
            f"/{service.full_name}/{name}",
            request_serializer=GetMessageClass(method.input_type).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        return lambda request, timeout: call(
            request, timeout=timeout, metadata=self.headers
        )

    def call(self, service, name, /, **fields):
        """Calls a method that takes one message and gives one."""
        request = self.message(f"{name}Request", **fields)
        return self.method(service, name)(request, timeout=CALL_SECONDS)

    def read_all(self, name, plan, field):
        """Reads a list of a plan to its last page."""
        items, token = [], ""
        while True:
            page = self.call(
                "PlanService", name, parent=plan, page_size=30, page_token=token
            )
            items += getattr(page, field)
            token = page.next_page_token
            if not token:
                return items

    def read_files(self, service, name, /, **fields):
        """Reads the files that a method gives in pieces."""
        files = {}
        request = self.message(f"{name}Request", **fields)
        for message in self.method(service, name)(request, timeout=CALL_SECONDS):
            piece = message.piece
            files[piece.file_name] = files.get(piece.file_name, b"") + piece.contents
        return files


def enum_name(message, field):
    """Returns the name of the value of an enum field."""
    values = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
    return values[getattr(message, field)].name


def import_roster(practicum):
    """Sends the roster folder, and returns the name of its round."""

    def messages():
        header = {"parent": f"programs/{PROGRAM}", "mode": "IMPORT_MODE_REPLACE"}
        yield practicum.message("ImportRosterRequest", header=header)
        for file in sorted(FOLDER.iterdir()):
            # These files are small; one over 1 MiB takes several pieces.
            piece = {"file_name": file.name, "contents": file.read_bytes()}
            yield practicum.message("ImportRosterRequest", piece=piece)

    send = practicum.method("RosterService", "ImportRoster")
    done = send(messages(), timeout=CALL_SECONDS)
    check(done.stored, "the roster is stored")
    found = practicum.call("RoundService", "GetRound", name=done.round).round
    check(not found.published_plan, "no plan of the round is published yet")
    counts = {
        change.kind: change.created + change.updated + change.unchanged
        for change in done.changes
    }
    check(counts["trainee"] == 120, f"120 trainees are there, not {counts}")
    print(f"imported {counts['trainee']} trainees and {counts['site']} sites")
    return done.round


def look_before_solving(practicum, round_name):
    """Asks what is known of a round before any solve; returns whom no plan
    can match, and how many more cannot be matched for want of capacity."""
    known = practicum.call("RoundService", "CheckRound", round=round_name).preflight
    nowhere = {one.trainee_id for one in known.without_candidate}
    short = max((shortage.missing for shortage in known.shortages), default=0)
    print(f"no plan can match {len(nowhere)}, and {short} more compete for too little")
    return nowhere, short


def check_forecast(nowhere, short, unmatched):
    """Checks that a plan leaves out whom it must."""
    left_out = {one.trainee_id for one in unmatched}
    check(nowhere <= left_out, f"{nowhere - left_out} have no place in any plan")
    check(len(left_out) >= short, f"at least {short} have no place in any plan")


def start_run(practicum, round_name, **fields):
    """Starts a run and returns its name."""
    started = practicum.call(
        "RunService",
        "StartRun",
        round=round_name,
        time_limit_seconds=RUN_SECONDS,
        # With it the call can be sent again without starting a second run.
        request_id=str(uuid.uuid4()),
        **fields,
    )
    print(f"started {started.run.name}")
    return started.run.name


def watch(practicum, run, after_sequence=0):
    """Opens a stream of the events of a run that come after a given one."""
    request = practicum.message(
        "WatchRunRequest", name=run, after_sequence=after_sequence
    )
    return practicum.method("RunService", "WatchRun")(request, timeout=WATCH_SECONDS)


def follow(practicum, run, after_sequence=0):
    """Follows a run to its end, and returns its events."""
    events = []
    for message in watch(practicum, run, after_sequence):
        events.append(message.event)
        show(message.event)
    return events


def show(event):
    """Prints an event."""
    happened = event.WhichOneof("happened")
    told = {
        "state": lambda: enum_name(event, "state"),
        "progress": lambda: event.progress.stage,
        "better_plan": lambda: event.better_plan,
    }[happened]()
    print(f"  event {event.sequence}: {told}")


def follow_with_a_cut(practicum, run):
    """Loses the watch after its first event, and takes it up again."""
    stream = watch(practicum, run)
    first = next(stream).event
    show(first)
    stream.cancel()
    print(f"  the watch is cut; resumed after event {first.sequence}")
    rest = follow(practicum, run, after_sequence=first.sequence)
    check(len(rest) > 1, "the run goes on after the cut")
    events = [first, *rest]
    sequences = [event.sequence for event in events]
    check(
        sequences == list(range(1, len(events) + 1)),
        f"no event is lost and none comes twice: {sequences}",
    )
    again = [message.event for message in watch(practicum, run)]
    check(again == events, "a watch from the start gives the same events")


def plan_of(practicum, run):
    """Returns the plan of a run that has ended well."""
    run = practicum.call("RunService", "GetRun", name=run).run
    state = enum_name(run, "state")
    check(state == "RUN_STATE_SUCCEEDED", f"the run succeeds: {state} {run.failure}")
    plan = practicum.call("PlanService", "GetPlan", name=run.plan).plan
    for level in plan.levels:
        name, status = enum_name(level, "level"), enum_name(level, "status")
        print(f"  {name} {level.value} ({status}, bound {level.bound})")
    return plan


def read_plan(practicum, plan):
    """Reads all of a plan; returns its placements and who has none."""
    placements = practicum.read_all("ListPlacements", plan.name, "placements")
    sessions = practicum.read_all("ListSessions", plan.name, "sessions")
    unmatched = practicum.read_all("ListUnmatched", plan.name, "unmatched")
    counts = (len(placements), len(sessions), len(unmatched))
    check(
        counts == (plan.placements, plan.sessions, plan.unmatched),
        f"the lists are as long as the plan says: {counts}",
    )
    placed = {placement.trainee_id: placement for placement in placements}
    check(len(placed) + len(unmatched) == 120, "every trainee is told of once")
    supervised = {member.trainee_id for session in sessions for member in session.members}
    check(supervised == set(placed), "whoever is placed is supervised, and nobody else")
    print("  {} placements, {} sessions, {} unmatched".format(*counts))
    return placed, unmatched


def first_choices():
    """Returns the first choice of each trainee, from the roster folder."""
    with (FOLDER / "preferences.csv").open(newline="") as file:
        return {
            row["trainee_id"]: row["target_id"]
            for row in csv.DictReader(file)
            if row["target"] == "site" and row["rank"] == "1"
        }


def short_of_places(unmatched):
    """Returns somebody who found all places taken."""
    short = [one for one in unmatched if one.reason == "site_capacity"]
    check(short, "somebody is unmatched for want of places")
    print(f"{short[0].trainee_id} is unmatched: {short[0].detail}")
    return short[0].trainee_id


def explain(practicum, plan, trainee):
    """Asks what would have to give for a trainee to be matched."""
    request = practicum.message(
        "ExplainTraineeRequest",
        plan=plan.name,
        trainee_id=trainee,
        time_limit_seconds=EXPLAIN_SECONDS,
    )
    # The answer is found by solving anew, and may take longer than others.
    ask = practicum.method("PlanService", "ExplainTrainee")
    explanation = ask(request, timeout=EXPLAIN_SECONDS + CALL_SECONDS).explanation
    outcome = enum_name(explanation, "outcome")
    check(explanation.trainee_id == trainee, "the explanation is of the trainee")
    # Somebody who could be placed somewhere is held up by capacity or by others.
    possible = {"RELAXATIONS", "PRICE", "IMPOSSIBLE", "OPEN"}
    check(outcome.removeprefix("EXPLANATION_OUTCOME_") in possible, f"not {outcome}")
    print(f"  {outcome}, proved: {explanation.proved}")
    for more in explanation.relaxations:
        of = more.target.site_id or more.target.supervisor_id
        print(f"  {more.more} more of {enum_name(more, 'capacity')} at {of}")
    for other in explanation.displaced_trainee_ids:
        print(f"  {other} would have to give way")


def pin_to_first_choice(practicum, round_name, trainee):
    """Pins a trainee to the site ranked first, and returns it."""
    site = first_choices()[trainee]
    print(f"pinned {trainee} to {site}")
    pair = {"trainee_id": trainee, "target": {"site_id": site}}
    practicum.call("RoundService", "Pin", round=round_name, pair=pair)
    pins = practicum.call("RoundService", "ListPins", round=round_name).pins
    check(
        [(pin.trainee_id, pin.target.site_id) for pin in pins] == [(trainee, site)],
        "the pin is listed",
    )
    return site


def compare(practicum, baseline, plan):
    """Says how a plan differs from a baseline."""
    return practicum.call(
        "PlanService", "ComparePlans", baseline=baseline.name, plan=plan.name
    )


def check_changes(changes, before, after):
    """Checks that a comparison tells what the placements of two plans tell."""
    told = {change.trainee_id: change for change in changes.placements}
    for trainee in sorted(before.keys() | after.keys()):
        was, is_now = before.get(trainee), after.get(trainee)
        same = (
            was is not None
            and is_now is not None
            and was.site_id == is_now.site_id
            and was.contact_minutes_per_week == is_now.contact_minutes_per_week
        )
        check(same == (trainee not in told), f"{trainee} is told of when it changes")
    retimed = len(changes.session_change_trainee_ids)
    check(
        len(told) + retimed + changes.unchanged == len(before.keys() | after.keys()),
        "every placed trainee is counted once",
    )
    print(f"  {changes.unchanged} as before, {retimed} with other sessions, and")
    for trainee, change in sorted(told.items()):
        was = change.before.site_id or "no place"
        print(f"  {trainee}: {was} -> {change.after.site_id or 'no place'}")


def publish(practicum, round_name, plan):
    """Looks at a plan as it would be published, and publishes it."""
    fields = {"round": round_name, "plan": plan.name}
    looked = practicum.call("RoundService", "Publish", validate_only=True, **fields)
    check(not looked.HasField("publication"), "a look publishes nothing")
    done = practicum.call(
        "RoundService", "Publish", request_id=str(uuid.uuid4()), **fields
    )
    check(done.round.published_plan == plan.name, "the round tells of its plan")
    print(f"published {plan.name}: {enum_name(done.round, 'state')}")


def pairs_of(practicum, plan):
    """Returns who supervises whom in a plan."""
    sessions = practicum.read_all("ListSessions", plan.name, "sessions")
    return {
        (session.supervisor_id, member.trainee_id)
        for session in sessions
        for member in session.members
    }


def respond(practicum, round_name, plan, pinned):
    """Declines a trainee for a supervisor; returns both."""
    pairs = sorted(pairs_of(practicum, plan))
    supervisor, trainee = next(pair for pair in pairs if pair[1] != pinned)
    parent = f"programs/{PROGRAM}"
    theirs = practicum.call(
        "ScheduleService", "ListMyTrainees", parent=parent, supervisor_id=supervisor
    ).trainees
    check(
        {one.trainee_id for one in theirs} == {who for of, who in pairs if of == supervisor},
        "the schedule of a supervisor tells what the plan does",
    )
    practicum.call(
        "ScheduleService",
        "Respond",
        round=round_name,
        plan=plan.name,
        supervisor_id=supervisor,
        trainee_id=trainee,
        answer="RESPONSE_ANSWER_DECLINED",
        reason="on leave",
        request_id=str(uuid.uuid4()),
    )
    said = practicum.call("RoundService", "ListResponses", round=round_name).responses
    check(
        [(one.supervisor_id, one.trainee_id, one.reason) for one in said]
        == [(supervisor, trainee, "on leave")],
        "the coordinator reads the answer",
    )
    print(f"{supervisor} declines {trainee}")
    return supervisor, trainee


def repair(practicum, round_name, plan, before, declined):
    """Runs again without a pair and with the fewest changes to a plan."""
    supervisor, trainee = declined
    pair = {"trainee_id": trainee, "target": {"supervisor_id": supervisor}}
    edits = [{"forbid": pair}]
    run = start_run(practicum, round_name, baseline=plan.name, edits=edits)
    follow(practicum, run)
    repaired = plan_of(practicum, run)
    after, _ = read_plan(practicum, repaired)
    check(
        (supervisor, trainee) not in pairs_of(practicum, repaired),
        f"{supervisor} no longer supervises {trainee}",
    )
    changes = compare(practicum, plan, repaired)
    check_changes(changes, before, after)
    check(len(changes.placements) <= 3, "a repair moves no more people than it must")
    return repaired, after


def check_changes_told(practicum, since, plans):
    """Checks that partners are told of publications, in order and once."""
    told = practicum.call(
        "ChangeService",
        "ListChanges",
        parent=f"programs/{PROGRAM}",
        after_sequence=since,
        page_size=1000,
    ).changes
    kinds = [enum_name(change, "kind").removeprefix("CHANGE_KIND_") for change in told]
    check(
        kinds == ["PLAN_PUBLISHED", "RESPONSE_GIVEN", "PLAN_REPAIRED"],
        f"partners are told of both plans and of the answer: {kinds}",
    )
    check([told[0].plan, told[2].plan] == plans, "the changes name the plans")
    print(f"partners are told {', '.join(kinds)}")


def last_change(practicum):
    """Returns the sequence number after which changes are new."""
    sequence, has_more = 0, True
    while has_more:
        page = practicum.call(
            "ChangeService",
            "ListChanges",
            parent=f"programs/{PROGRAM}",
            after_sequence=sequence,
        )
        sequence, has_more = page.last_sequence, page.has_more
    return sequence


def export(practicum, round_name, plan, placed):
    """Exports a plan and the roster of its round, and reads both back."""

    def rows(contents):
        return list(csv.DictReader(io.StringIO(contents.decode())))

    files = practicum.read_files(
        "PlanService", "ExportPlan", name=plan.name, format="PLAN_FORMAT_CSV"
    )
    exported = {row["trainee_id"]: row["site_id"] for row in rows(files["placements.csv"])}
    check(
        exported == {trainee: placement.site_id for trainee, placement in placed.items()},
        "the exported placements are those of the plan",
    )
    roster = practicum.read_files("RosterService", "ExportRoster", round=round_name)
    check(len(rows(roster["trainees.csv"])) == 120, "the roster holds 120 trainees")
    print(f"exported {', '.join(sorted(files))}, and {len(roster)} files of the roster")


def main(address):
    practicum = Practicum(address, os.environ.get("PRACTICUM_KEY", ""))
    services = [name for name in practicum.contract.get_services() if "practicum" in name]
    check("practicum.v1.RunService" in services, f"the contract is told: {services}")
    print(f"the server tells of {len(services)} services")

    round_name = import_roster(practicum)
    nowhere, short = look_before_solving(practicum, round_name)
    run = start_run(practicum, round_name)
    follow_with_a_cut(practicum, run)
    baseline = plan_of(practicum, run)
    before, unmatched = read_plan(practicum, baseline)
    check_forecast(nowhere, short, unmatched)

    trainee = short_of_places(unmatched)
    explain(practicum, baseline, trainee)
    site = pin_to_first_choice(practicum, round_name, trainee)
    run = start_run(practicum, round_name)
    follow(practicum, run)
    plan = plan_of(practicum, run)
    after, _ = read_plan(practicum, plan)
    check(after[trainee].site_id == site, "the pin is kept")

    changes = compare(practicum, baseline, plan)
    print(f"compared {plan.name} with {baseline.name}")
    check_changes(changes, before, after)
    check(
        trainee in {change.trainee_id for change in changes.placements},
        "the comparison tells of the pin",
    )
    itself = compare(practicum, plan, plan)
    check(itself.unchanged == len(after), "a plan does not differ from itself")

    since = last_change(practicum)
    publish(practicum, round_name, plan)
    declined = respond(practicum, round_name, plan, trainee)
    repaired, placed = repair(practicum, round_name, plan, after, declined)
    publish(practicum, round_name, repaired)
    check_changes_told(practicum, since, [plan.name, repaired.name])
    export(practicum, round_name, repaired, placed)
    print("the story holds")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python clients/python/story.py ADDRESS")
    try:
        main(sys.argv[1])
    except grpc.RpcError as error:
        sys.exit(f"failed: {error.code().name}: {error.details()}")

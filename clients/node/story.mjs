// A Node client of Practicum that is both an example and a test.
//
// It reads the contract from the proto files. It imports a roster, runs it,
// cuts and resumes the watch, reads the plan, pins a trainee, runs again and
// compares. Each step is checked; the first that fails ends the program with
// an error.
//
// Run from the root of the project: node clients/node/story.mjs 127.0.0.1:7420

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const PROGRAM = "metro-120";
const FOLDER = join("tests/data/rosters", PROGRAM);
const RUN_SECONDS = 60;
// A run may also wait for another one, so that watching gets more time.
const WATCH_SECONDS = 3 * RUN_SECONDS;
const CALL_SECONDS = 20;

const within = (seconds) => ({ deadline: Date.now() + seconds * 1000 });

/** Reads the contract, and returns its services as constructors of clients. */
function contract() {
  const folder = "practicum/v1";
  const files = readdirSync(join("proto", folder)).map((file) => `${folder}/${file}`);
  const definition = protoLoader.loadSync(files, {
    includeDirs: ["proto"],
    keepCase: true,
    // Sequence numbers and the values of levels are far below 2^53.
    longs: Number,
    enums: String,
    defaults: true,
    // Tells which field of a oneof is set.
    oneofs: true,
  });
  return grpc.loadPackageDefinition(definition).practicum.v1;
}

/** Calls the methods of a server. */
class Practicum {
  #clients = {};

  constructor(address) {
    for (const service of ["Roster", "Round", "Run", "Plan"]) {
      const Client = contract()[`${service}Service`];
      this.#clients[service] = new Client(address, grpc.credentials.createInsecure());
    }
  }

  /** Returns the client of a service, for calls that stream. */
  service(name) {
    return this.#clients[name];
  }

  /** Calls a method that takes one message and gives one. */
  call(service, method, request) {
    return new Promise((resolve, reject) => {
      this.#clients[service][method](request, within(CALL_SECONDS), (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }

  /** Reads a list of a plan to its last page. */
  async readAll(method, plan, field) {
    const items = [];
    let token = "";
    do {
      const request = { parent: plan, page_size: 30, page_token: token };
      const page = await this.call("Plan", method, request);
      items.push(...page[field]);
      token = page.next_page_token;
    } while (token);
    return items;
  }

  close() {
    Object.values(this.#clients).forEach((client) => client.close());
  }
}

/** Sends the roster folder, and returns the name of its round. */
async function importRoster(practicum) {
  const done = await new Promise((resolve, reject) => {
    const stream = practicum
      .service("Roster")
      .ImportRoster(within(CALL_SECONDS), (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    stream.write({ header: { parent: `programs/${PROGRAM}`, mode: "IMPORT_MODE_REPLACE" } });
    for (const file of readdirSync(FOLDER).sort()) {
      // These files are small; one over 1 MiB takes several pieces.
      stream.write({ piece: { file_name: file, contents: readFileSync(join(FOLDER, file)) } });
    }
    stream.end();
  });
  assert(done.stored, "the roster is stored");
  const counts = Object.fromEntries(
    done.changes.map((change) => [change.kind, change.created + change.updated + change.unchanged]),
  );
  assert.equal(counts.trainee, 120, "120 trainees are there");
  console.log(`imported ${counts.trainee} trainees and ${counts.site} sites`);
  return done.round;
}

/** Starts a run and returns its name. */
async function startRun(practicum, round) {
  const { run } = await practicum.call("Run", "StartRun", {
    round,
    time_limit_seconds: RUN_SECONDS,
    // With it the call can be sent again without starting a second run.
    request_id: randomUUID(),
  });
  console.log(`started ${run.name}`);
  return run.name;
}

/** Opens a stream of the events of a run that come after a given one. */
function watch(practicum, run, afterSequence = 0) {
  const request = { name: run, after_sequence: afterSequence };
  return practicum.service("Run").WatchRun(request, within(WATCH_SECONDS));
}

/** Prints an event. */
function show(event) {
  const told = event.happened === "progress" ? event.progress.stage : event[event.happened];
  console.log(`  event ${event.sequence}: ${told}`);
}

/** Follows a run to its end, and returns its events. */
async function follow(practicum, run, afterSequence = 0) {
  const events = [];
  for await (const { event } of watch(practicum, run, afterSequence)) {
    events.push(event);
    show(event);
  }
  return events;
}

/** Returns the first event of a run, and cuts the stream after it. */
function firstEvent(practicum, run) {
  return new Promise((resolve, reject) => {
    const stream = watch(practicum, run);
    let first;
    stream.on("data", ({ event }) => {
      first ??= event;
      stream.cancel();
    });
    stream.on("error", (error) => {
      const isCut = first && error.code === grpc.status.CANCELLED;
      isCut ? resolve(first) : reject(error);
    });
    stream.on("end", () => reject(new Error("the run ended before the watch was cut")));
  });
}

/** Loses the watch after its first event, and takes it up again. */
async function followWithACut(practicum, run) {
  const first = await firstEvent(practicum, run);
  show(first);
  console.log(`  the watch is cut; resumed after event ${first.sequence}`);
  const rest = await follow(practicum, run, first.sequence);
  assert(rest.length > 1, "the run goes on after the cut");
  const events = [first, ...rest];
  assert.deepEqual(
    events.map((event) => event.sequence),
    events.map((_, index) => index + 1),
    "no event is lost and none comes twice",
  );
  const again = [];
  for await (const { event } of watch(practicum, run)) {
    again.push(event);
  }
  assert.deepEqual(again, events, "a watch from the start gives the same events");
}

/** Returns the plan of a run that has ended well. */
async function planOf(practicum, name) {
  const { run } = await practicum.call("Run", "GetRun", { name });
  assert.equal(run.state, "RUN_STATE_SUCCEEDED", run.failure || undefined);
  const { plan } = await practicum.call("Plan", "GetPlan", { name: run.plan });
  for (const level of plan.levels) {
    console.log(`  ${level.level} ${level.value} (${level.status}, bound ${level.bound})`);
  }
  return plan;
}

/** Reads all of a plan; returns its placements by trainee and who has none. */
async function readPlan(practicum, plan) {
  const placements = await practicum.readAll("ListPlacements", plan.name, "placements");
  const sessions = await practicum.readAll("ListSessions", plan.name, "sessions");
  const unmatched = await practicum.readAll("ListUnmatched", plan.name, "unmatched");
  assert.deepEqual(
    [placements.length, sessions.length, unmatched.length],
    [plan.placements, plan.sessions, plan.unmatched],
    "the lists are as long as the plan says",
  );
  const placed = new Map(placements.map((placement) => [placement.trainee_id, placement]));
  assert.equal(placed.size + unmatched.length, 120, "every trainee is told of once");
  const supervised = new Set(
    sessions.flatMap((session) => session.members.map((member) => member.trainee_id)),
  );
  assert.deepEqual(
    [...supervised].sort(),
    [...placed.keys()].sort(),
    "whoever is placed is supervised, and nobody else",
  );
  console.log(
    `  ${placements.length} placements, ${sessions.length} sessions, ${unmatched.length} unmatched`,
  );
  return { placed, unmatched };
}

/** Returns the first choice of a trainee, from the roster folder. */
function firstChoice(trainee) {
  const rows = readFileSync(join(FOLDER, "preferences.csv"), "utf8").split("\n");
  // Keys and ranks are never in quotes.
  const fields = rows.map((row) => row.trim().split(","));
  return fields.find(
    ([who, target, , rank]) => who === trainee && target === "site" && rank === "1",
  )[2];
}

/** Pins somebody who found all places taken; returns trainee and site. */
async function pinToFirstChoice(practicum, round, unmatched) {
  const short = unmatched.find((one) => one.reason === "site_capacity");
  assert(short, "somebody is unmatched for want of places");
  const trainee = short.trainee_id;
  const site = firstChoice(trainee);
  console.log(`${trainee} is unmatched: ${short.detail}`);
  console.log(`pinned ${trainee} to ${site}`);
  await practicum.call("Round", "Pin", {
    round,
    pair: { trainee_id: trainee, target: { site_id: site } },
  });
  const { pins } = await practicum.call("Round", "ListPins", { round });
  assert.deepEqual(
    pins.map((pin) => [pin.trainee_id, pin.target.site_id]),
    [[trainee, site]],
    "the pin is listed",
  );
  return { trainee, site };
}

/** Checks that a comparison tells what the placements of two plans tell. */
function checkChanges(changes, before, after) {
  const told = new Set(changes.placements.map((change) => change.trainee_id));
  const place = (placement) =>
    placement && `${placement.site_id} for ${placement.contact_minutes_per_week} minutes`;
  const placed = new Set([...before.keys(), ...after.keys()]);
  for (const trainee of placed) {
    const differs = place(before.get(trainee)) !== place(after.get(trainee));
    assert.equal(told.has(trainee), differs, `${trainee} is told of when it changes`);
  }
  const retimed = changes.session_change_trainee_ids.length;
  assert.equal(
    told.size + retimed + changes.unchanged,
    placed.size,
    "every placed trainee is counted once",
  );
  console.log(`  ${changes.unchanged} as before, ${retimed} with other sessions, and`);
  for (const change of changes.placements) {
    const site = (placement) => placement?.site_id ?? "no place";
    console.log(`  ${change.trainee_id}: ${site(change.before)} -> ${site(change.after)}`);
  }
}

async function story(practicum) {
  const round = await importRoster(practicum);
  let run = await startRun(practicum, round);
  await followWithACut(practicum, run);
  const baseline = await planOf(practicum, run);
  const { placed: before, unmatched } = await readPlan(practicum, baseline);

  const { trainee, site } = await pinToFirstChoice(practicum, round, unmatched);
  run = await startRun(practicum, round);
  await follow(practicum, run);
  const plan = await planOf(practicum, run);
  const { placed: after } = await readPlan(practicum, plan);
  assert.equal(after.get(trainee)?.site_id, site, "the pin is kept");

  const compare = (baseline, plan) =>
    practicum.call("Plan", "ComparePlans", { baseline: baseline.name, plan: plan.name });
  const changes = await compare(baseline, plan);
  console.log(`compared ${plan.name} with ${baseline.name}`);
  checkChanges(changes, before, after);
  assert(
    changes.placements.some((change) => change.trainee_id === trainee),
    "the comparison tells of the pin",
  );
  const itself = await compare(plan, plan);
  assert.equal(itself.unchanged, after.size, "a plan does not differ from itself");
  console.log("the story holds");
}

if (process.argv.length !== 3) {
  console.error("usage: node clients/node/story.mjs ADDRESS");
  process.exit(1);
}
const practicum = new Practicum(process.argv[2]);
try {
  await story(practicum);
} catch (error) {
  console.error("failed:", error.message);
  process.exitCode = 1;
} finally {
  practicum.close();
}

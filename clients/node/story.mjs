// A Node client of Practicum that is both an example and a test.
//
// It reads the contract from the proto files. It imports a roster, looks at it
// before any solve, runs it, cuts and resumes the watch, reads the plan, asks
// why somebody has no place, pins that trainee, runs again, compares, publishes,
// answers for a supervisor who declines, repairs the plan, publishes the repair,
// reads what partners are told, and exports it. Each step is checked; the first
// that fails ends the program with an error.
//
// Run from the root of the project: node clients/node/story.mjs 127.0.0.1:7420
// Where the server asks for a key, PRACTICUM_KEY holds it.

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
const EXPLAIN_SECONDS = 60;

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
  /** Who calls. */
  headers = new grpc.Metadata();

  constructor(address, key) {
    if (key) {
      this.headers.set("authorization", `Bearer ${key}`);
    }
    for (const service of ["Roster", "Round", "Run", "Plan", "Schedule", "Change"]) {
      const Client = contract()[`${service}Service`];
      this.#clients[service] = new Client(address, grpc.credentials.createInsecure());
    }
  }

  /** Returns the client of a service, for calls that stream. */
  service(name) {
    return this.#clients[name];
  }

  /** Calls a method that takes one message and gives one. */
  call(service, method, request, seconds = CALL_SECONDS) {
    return new Promise((resolve, reject) => {
      this.#clients[service][method](request, this.headers, within(seconds), (error, answer) =>
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

  /** Reads the files that a method gives in pieces. */
  async readFiles(service, method, request) {
    const files = new Map();
    const stream = this.#clients[service][method](request, this.headers, within(CALL_SECONDS));
    for await (const { piece } of stream) {
      const before = files.get(piece.file_name) ?? Buffer.alloc(0);
      files.set(piece.file_name, Buffer.concat([before, piece.contents]));
    }
    return files;
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
      .ImportRoster(practicum.headers, within(CALL_SECONDS), (error, answer) =>
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
  const { round } = await practicum.call("Round", "GetRound", { name: done.round });
  assert.equal(round.published_plan, "", "no plan of the round is published yet");
  const counts = Object.fromEntries(
    done.changes.map((change) => [change.kind, change.created + change.updated + change.unchanged]),
  );
  assert.equal(counts.trainee, 120, "120 trainees are there");
  console.log(`imported ${counts.trainee} trainees and ${counts.site} sites`);
  return done.round;
}

/**
 * Asks what is known of a round before any solve; returns whom no plan can
 * match, and how many more cannot be matched for want of capacity.
 */
async function lookBeforeSolving(practicum, round) {
  const { preflight } = await practicum.call("Round", "CheckRound", { round });
  const nowhere = preflight.without_candidate.map((one) => one.trainee_id);
  const short = Math.max(0, ...preflight.shortages.map((shortage) => shortage.missing));
  console.log(`no plan can match ${nowhere.length}, and ${short} more compete for too little`);
  return { nowhere, short };
}

/** Checks that a plan leaves out whom it must. */
function checkForecast({ nowhere, short }, unmatched) {
  const leftOut = new Set(unmatched.map((one) => one.trainee_id));
  for (const trainee of nowhere) {
    assert(leftOut.has(trainee), `${trainee} has no place in any plan`);
  }
  assert(leftOut.size >= short, `at least ${short} have no place in any plan`);
}

/** Starts a run and returns its name. */
async function startRun(practicum, round, fields = {}) {
  const { run } = await practicum.call("Run", "StartRun", {
    round,
    time_limit_seconds: RUN_SECONDS,
    // With it the call can be sent again without starting a second run.
    request_id: randomUUID(),
    ...fields,
  });
  console.log(`started ${run.name}`);
  return run.name;
}

/** Opens a stream of the events of a run that come after a given one. */
function watch(practicum, run, afterSequence = 0) {
  const request = { name: run, after_sequence: afterSequence };
  return practicum.service("Run").WatchRun(request, practicum.headers, within(WATCH_SECONDS));
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

/** Returns somebody who found all places taken. */
function shortOfPlaces(unmatched) {
  const short = unmatched.find((one) => one.reason === "site_capacity");
  assert(short, "somebody is unmatched for want of places");
  console.log(`${short.trainee_id} is unmatched: ${short.detail}`);
  return short.trainee_id;
}

/** Asks what would have to give for a trainee to be matched. */
async function explain(practicum, plan, trainee) {
  const request = {
    plan: plan.name,
    trainee_id: trainee,
    time_limit_seconds: EXPLAIN_SECONDS,
  };
  // The answer is found by solving anew, and may take longer than others.
  const seconds = EXPLAIN_SECONDS + CALL_SECONDS;
  const { explanation } = await practicum.call("Plan", "ExplainTrainee", request, seconds);
  assert.equal(explanation.trainee_id, trainee, "the explanation is of the trainee");
  // Somebody who could be placed somewhere is held up by capacity or by others.
  const outcome = explanation.outcome.replace("EXPLANATION_OUTCOME_", "");
  assert(["RELAXATIONS", "PRICE", "IMPOSSIBLE", "OPEN"].includes(outcome), `not ${outcome}`);
  console.log(`  ${outcome}, proved: ${explanation.proved}`);
  for (const { more, capacity, target } of explanation.relaxations) {
    console.log(`  ${more} more of ${capacity} at ${target[target.target]}`);
  }
  for (const other of explanation.displaced_trainee_ids) {
    console.log(`  ${other} would have to give way`);
  }
}

/** Pins a trainee to the site ranked first, and returns it. */
async function pinToFirstChoice(practicum, round, trainee) {
  const site = firstChoice(trainee);
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
  return site;
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

/** Looks at a plan as it would be published, and publishes it. */
async function publish(practicum, round, plan) {
  const request = { round, plan: plan.name };
  const looked = await practicum.call("Round", "Publish", { ...request, validate_only: true });
  assert.equal(looked.publication, null, "a look publishes nothing");
  const done = await practicum.call("Round", "Publish", { ...request, request_id: randomUUID() });
  assert.equal(done.round.published_plan, plan.name, "the round tells of its plan");
  console.log(`published ${plan.name}: ${done.round.state}`);
}

/** Returns who supervises whom in a plan, each once and in order. */
async function pairsOf(practicum, plan) {
  const sessions = await practicum.readAll("ListSessions", plan.name, "sessions");
  const pairs = sessions.flatMap(({ supervisor_id: supervisor, members }) =>
    members.map((member) => `${supervisor} ${member.trainee_id}`),
  );
  return [...new Set(pairs)].sort().map((pair) => pair.split(" "));
}

/** Declines a trainee for a supervisor; returns both. */
async function respond(practicum, round, plan, pinned) {
  const pairs = await pairsOf(practicum, plan);
  const [supervisor, trainee] = pairs.find((pair) => pair[1] !== pinned);
  const parent = `programs/${PROGRAM}`;
  const whose = { parent, supervisor_id: supervisor };
  const { trainees } = await practicum.call("Schedule", "ListMyTrainees", whose);
  assert.deepEqual(
    trainees.map((one) => one.trainee_id).sort(),
    pairs.filter(([of]) => of === supervisor).map((pair) => pair[1]),
    "the schedule of a supervisor tells what the plan does",
  );
  await practicum.call("Schedule", "Respond", {
    round,
    plan: plan.name,
    supervisor_id: supervisor,
    trainee_id: trainee,
    answer: "RESPONSE_ANSWER_DECLINED",
    reason: "on leave",
    request_id: randomUUID(),
  });
  const { responses } = await practicum.call("Round", "ListResponses", { round });
  assert.deepEqual(
    responses.map((one) => [one.supervisor_id, one.trainee_id, one.reason]),
    [[supervisor, trainee, "on leave"]],
    "the coordinator reads the answer",
  );
  console.log(`${supervisor} declines ${trainee}`);
  return { supervisor, trainee };
}

/** Returns the changes after a given one that partners are told of. */
async function changesAfter(practicum, sequence) {
  const changes = [];
  let page = { last_sequence: sequence };
  do {
    const request = { parent: `programs/${PROGRAM}`, after_sequence: page.last_sequence };
    page = await practicum.call("Change", "ListChanges", request);
    changes.push(...page.changes);
  } while (page.has_more);
  return { changes, last: page.last_sequence };
}

/** Checks that partners are told of publications, in order and once. */
async function checkChangesTold(practicum, since, plans) {
  const { changes } = await changesAfter(practicum, since);
  const kinds = changes.map((change) => change.kind.replace("CHANGE_KIND_", ""));
  assert.deepEqual(kinds, ["PLAN_PUBLISHED", "RESPONSE_GIVEN", "PLAN_REPAIRED"]);
  assert.deepEqual([changes[0].plan, changes[2].plan], plans, "the changes name the plans");
  console.log(`partners are told ${kinds.join(", ")}`);
}

/** Says how a plan differs from a baseline. */
function compare(practicum, baseline, plan) {
  return practicum.call("Plan", "ComparePlans", { baseline: baseline.name, plan: plan.name });
}

/** Runs again without a pair and with the fewest changes to a plan. */
async function repair(practicum, round, plan, before, { supervisor, trainee }) {
  const pair = { trainee_id: trainee, target: { supervisor_id: supervisor } };
  const edits = [{ forbid: pair }];
  const run = await startRun(practicum, round, { baseline: plan.name, edits });
  await follow(practicum, run);
  const repaired = await planOf(practicum, run);
  const { placed } = await readPlan(practicum, repaired);
  const pairs = await pairsOf(practicum, repaired);
  assert(
    !pairs.some(([of, who]) => of === supervisor && who === trainee),
    `${supervisor} no longer supervises ${trainee}`,
  );
  const changes = await compare(practicum, plan, repaired);
  checkChanges(changes, before, placed);
  assert(changes.placements.length <= 3, "a repair moves no more people than it must");
  return { repaired, placed };
}

/** Returns the rows of a table after its header; no cell of these is in quotes. */
function rows(contents) {
  const lines = contents.toString().trim().split(/\r?\n/);
  return lines.slice(1).map((line) => line.split(","));
}

/** Exports a plan and the roster of its round, and reads both back. */
async function exportAll(practicum, round, plan, placed) {
  const format = "PLAN_FORMAT_CSV";
  const files = await practicum.readFiles("Plan", "ExportPlan", { name: plan.name, format });
  const exported = rows(files.get("placements.csv")).map(([trainee, site]) => [trainee, site]);
  assert.deepEqual(
    exported.sort(),
    [...placed.values()].map((one) => [one.trainee_id, one.site_id]).sort(),
    "the exported placements are those of the plan",
  );
  const roster = await practicum.readFiles("Roster", "ExportRoster", { round });
  assert.equal(rows(roster.get("trainees.csv")).length, 120, "the roster holds 120 trainees");
  const names = [...files.keys()].sort().join(", ");
  console.log(`exported ${names}, and ${roster.size} files of the roster`);
}

async function story(practicum) {
  const round = await importRoster(practicum);
  const forecast = await lookBeforeSolving(practicum, round);
  let run = await startRun(practicum, round);
  await followWithACut(practicum, run);
  const baseline = await planOf(practicum, run);
  const { placed: before, unmatched } = await readPlan(practicum, baseline);
  checkForecast(forecast, unmatched);

  const trainee = shortOfPlaces(unmatched);
  await explain(practicum, baseline, trainee);
  const site = await pinToFirstChoice(practicum, round, trainee);
  run = await startRun(practicum, round);
  await follow(practicum, run);
  const plan = await planOf(practicum, run);
  const { placed: after } = await readPlan(practicum, plan);
  assert.equal(after.get(trainee)?.site_id, site, "the pin is kept");

  const changes = await compare(practicum, baseline, plan);
  console.log(`compared ${plan.name} with ${baseline.name}`);
  checkChanges(changes, before, after);
  assert(
    changes.placements.some((change) => change.trainee_id === trainee),
    "the comparison tells of the pin",
  );
  const itself = await compare(practicum, plan, plan);
  assert.equal(itself.unchanged, after.size, "a plan does not differ from itself");

  const { last } = await changesAfter(practicum, 0);
  await publish(practicum, round, plan);
  const declined = await respond(practicum, round, plan, trainee);
  const { repaired, placed } = await repair(practicum, round, plan, after, declined);
  await publish(practicum, round, repaired);
  await checkChangesTold(practicum, last, [plan.name, repaired.name]);
  await exportAll(practicum, round, repaired, placed);
  console.log("the story holds");
}

if (process.argv.length !== 3) {
  console.error("usage: node clients/node/story.mjs ADDRESS");
  process.exit(1);
}
const practicum = new Practicum(process.argv[2], process.env.PRACTICUM_KEY);
try {
  await story(practicum);
} catch (error) {
  console.error("failed:", error.message);
  process.exitCode = 1;
} finally {
  practicum.close();
}

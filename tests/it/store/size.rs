//! The largest roster that is promised goes in within its time.

use std::time::{Duration, Instant};

use practicum::app::ImportMode;
use practicum::store::Db;

use super::databases::{World, on_both};
use super::rosters::{generated, import};

on_both!(imports_twenty_thousand_trainees_in_time);

async fn imports_twenty_thousand_trainees_in_time(world: World) {
    let roster = generated(20_000);
    let began = Instant::now();
    let report = import(&world, &roster, ImportMode::Replace).await;
    let took = began.elapsed();
    eprintln!("imported in {took:?}");
    let limit = match &world.db {
        Db::Sqlite { .. } => 5,
        Db::Postgres(_) => 15,
    };
    assert!(took < Duration::from_secs(limit), "{took:?}");
    let actor = practicum::app::Actor::operator();
    let began = Instant::now();
    let stored = world.app.get_roster(&actor, &report.program, &report.round);
    assert_eq!(stored.await.unwrap(), roster);
    eprintln!("read in {:?}", began.elapsed());
}

//! A plan that is served, and the same in folders for the command line.

use std::path::Path;

use practicum::app::Actor;
use practicum::domain::{Plan, Roster};
use practicum::roster::write_roster;
use serde_json::Value;

use super::analysis::solved;
use super::runs::{imported, imported_files, start};
use crate::support::command::practicum;
use crate::support::service::Service;
use crate::support::world::World;

/// A service with a plan of a roster.
pub(super) struct Solved {
    pub(super) service: Service,
    pub(super) name: String,
    /// As it was frozen, in keys.
    pub(super) roster: Roster,
    pub(super) plan: Plan,
}

impl Solved {
    pub(super) async fn of_clinic() -> Self {
        let (service, round, roster) = imported("clinic-12").await;
        Box::pin(Self::of_round(service, &round, &roster)).await
    }

    pub(super) async fn of(world: &World) -> Self {
        let files = write_roster(&world.roster());
        let files = files.iter();
        let files: Vec<(String, Vec<u8>)> = files
            .map(|(name, contents)| (name.to_owned(), contents.to_vec()))
            .collect();
        let (service, round, roster) = Box::pin(imported_files(&files)).await;
        Box::pin(Self::of_round(service, &round, &roster)).await
    }

    async fn of_round(service: Service, round: &str, roster: &Roster) -> Self {
        let run = start(&service, round).await;
        let plan = solved(&service, &run).await;
        let key = run.name.rsplit('/').next().unwrap().parse().unwrap();
        let actor = Actor::operator();
        let app = service.app.clone();
        let found = app.plan_with_roster(&actor, &roster.program.key, &key);
        let (stored, roster) = found.await.unwrap();
        Self {
            service,
            name: plan.name,
            roster,
            plan: stored.plan,
        }
    }

    /// Runs a command over the plan and its roster in folders; it must print
    /// JSON.
    pub(super) async fn asked(&self, command: &str, more: &[&str]) -> Value {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (roster, plan) = (path("roster"), path("plan"));
        write_roster(&self.roster)
            .write_dir(Path::new(&roster))
            .unwrap();
        let actor = Actor::operator();
        let key = self.name.rsplit('/').next().unwrap().parse().unwrap();
        let stored = self
            .service
            .app
            .get_plan(&actor, &self.roster.program.key, &key);
        let files = stored.await.unwrap().files();
        files.write_dir(Path::new(&plan)).unwrap();
        let folders = ["--roster", &roster, "--plan", &plan, "--json"];
        let ran = practicum(&[&[command], &folders[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.json()
    }
}

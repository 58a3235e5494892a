//! Callers who hang up while a solver works for their question, on both
//! databases: the solver ends, and the server goes on. Those who wait for a
//! while get what was found by then.

use std::future::Future;
use std::time::{Duration, Instant};

use practicum::grpc::pb;
use tonic::transport::Channel;

use crate::faults::{busy_round, runs, solver, until};
use crate::store::databases::{serving, with_postgres, with_sqlite};
use crate::support::server::{Server, child_of};

mod sqlite {
    #[test]
    fn a_caller_who_hangs_up_ends_the_solver() {
        super::with_sqlite(super::a_caller_who_hangs_up_ends_the_solver);
    }

    #[test]
    fn a_caller_hears_what_was_found_before_its_deadline() {
        super::with_sqlite(super::a_caller_hears_what_was_found_before_its_deadline);
    }
}

mod postgres {
    #[test]
    fn a_caller_who_hangs_up_ends_the_solver() {
        super::with_postgres(|url| {
            super::a_caller_who_hangs_up_ends_the_solver(super::serving(&url))
        });
    }
}

type Plans = pb::plan_service_client::PlanServiceClient<Channel>;

/// Returns the name of a plan of a round, made in a few seconds.
async fn plan_of(server: &Server, round: &str) -> String {
    let request = pb::StartRunRequest {
        round: round.to_owned(),
        time_limit_seconds: 12,
        ..Default::default()
    };
    let started = runs(server.channel()).start_run(request).await.unwrap();
    let name = started.into_inner().run.unwrap().name;
    let succeeded = i32::from(pb::RunState::Succeeded);
    let run = until(server, &name, Duration::from_secs(60), |run| {
        run.state == succeeded
    });
    run.await.plan
}

/// Waits until a server has no solver.
async fn without_solver(server: &Server) {
    let started = Instant::now();
    while let Some(child) = child_of(server.id()) {
        let waited = started.elapsed();
        assert!(waited < Duration::from_secs(15), "{child} lives on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asks, waits until a solver works for it, hangs up, and sees the solver end.
async fn hang_up<F: Future<Output = ()> + Send + 'static>(
    server: &Server,
    ask: impl FnOnce(Plans) -> F,
) {
    without_solver(server).await;
    let asking = tokio::spawn(ask(Plans::new(server.channel())));
    solver(server).await;
    assert!(!asking.is_finished());
    asking.abort();
    without_solver(server).await;
}

/// Off: `LeftOnDrop` stores nothing in `src/app/analysis.rs`.
async fn a_caller_who_hangs_up_ends_the_solver(database: String) {
    let round = busy_round(&database).await;
    let server = Server::start(&database, &[]);
    let plan = plan_of(&server, &round.name).await;
    let worths = pb::ListWorthsRequest {
        parent: plan.clone(),
        time_limit_seconds: 600,
        ..Default::default()
    };
    hang_up(&server, |mut plans| async move {
        let _ = plans.list_worths(worths).await;
    })
    .await;
    let price = pb::PriceStabilityRequest {
        plan,
        time_limit_seconds: 600,
    };
    hang_up(&server, |mut plans| async move {
        let _ = plans.price_stability(price).await;
    })
    .await;
    // Nobody is held up by those who left.
    let request = pb::ListProgramsRequest::default();
    let mut programs = pb::program_service_client::ProgramServiceClient::new(server.channel());
    programs.list_programs(request).await.unwrap();
}

/// Off: `solved_until` answering `None` in `src/grpc/request.rs`.
async fn a_caller_hears_what_was_found_before_its_deadline(database: String) {
    let round = busy_round(&database).await;
    let server = Server::start(&database, &[]);
    let plan = plan_of(&server, &round.name).await;
    let mut price = tonic::Request::new(pb::PriceStabilityRequest {
        plan,
        time_limit_seconds: 600,
    });
    price.set_timeout(Duration::from_secs(14));
    let asked = Instant::now();
    let mut plans = Plans::new(server.channel());
    plans.price_stability(price).await.unwrap();
    // As long as there was, and not because there was nothing to do.
    let took = asked.elapsed();
    assert!(took > Duration::from_secs(5), "{took:?}");
}

//! The files of a plan over the wire: a workbook and a JSON document.

use practicum::app::Actor;
use practicum::grpc::pb;
use practicum::roster::{plan_document, plan_workbook};
use serde_json::Value;

use super::analysis::solved;
use super::runs::{imported, start};
use crate::support::service::{Service, served_by_both};

served_by_both!(a_plan_is_one_workbook_or_one_document_each_time_the_same);

/// Returns the only file of a plan in a format.
async fn file(service: &Service, plan: &pb::Plan, format: pb::PlanFormat) -> (String, Vec<u8>) {
    let request = pb::ExportPlanRequest {
        name: plan.name.clone(),
        format: i32::from(format),
    };
    let answer = service.plans().export_plan(request).await.unwrap();
    let mut stream = answer.into_inner();
    let mut file = (String::new(), Vec::new());
    while let Some(message) = stream.message().await.unwrap() {
        let piece = message.piece.unwrap();
        assert!(file.0.is_empty() || file.0 == piece.file_name);
        file.0 = piece.file_name;
        file.1.extend(piece.contents);
    }
    file
}

async fn a_plan_is_one_workbook_or_one_document_each_time_the_same() {
    let (service, round, roster) = imported("clinic-12").await;
    let run = start(&service, &round).await;
    let plan = solved(&service, &run).await;
    let key = run.name.rsplit('/').next().unwrap().parse().unwrap();
    let actor = Actor::operator();
    let stored = service.app.get_plan(&actor, &roster.program.key, &key);
    let stored = stored.await.unwrap();

    let (name, workbook) = file(&service, &plan, pb::PlanFormat::Xlsx).await;
    assert_eq!(name, "plan.xlsx");
    assert_eq!(
        workbook,
        plan_workbook(&stored.plan, &stored.context).unwrap()
    );
    let again = file(&service, &plan, pb::PlanFormat::Xlsx).await;
    assert_eq!(again.1, workbook);

    let (name, document) = file(&service, &plan, pb::PlanFormat::Json).await;
    assert_eq!(name, "plan.json");
    assert_eq!(document, plan_document(&stored.plan, &stored.context));
    let read: Value = serde_json::from_slice(&document).unwrap();
    let placed = read["placements"].as_array().unwrap().len();
    assert_eq!(placed.to_string(), plan.placements.to_string());
    assert_eq!(read["summary"]["roster_sha256"], plan.roster_sha256);
}

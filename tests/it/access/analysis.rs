//! What the methods need that keep rule sets and answer questions about plans.

use practicum::domain::Permission::{PlanRead, RoundRead, RoundWrite};
use practicum::grpc::pb;

use super::table::{Needs, Row, named, of, row};

/// A text that is right, of a rule set that nobody has.
fn text() -> String {
    let shipped = include_str!("../../../assets/rules/bacp-student.toml");
    let id = shipped.lines().find(|line| line.starts_with("id = "));
    shipped.replacen(id.unwrap(), "id = \"x\"", 1)
}

pub(super) fn rows() -> Vec<Row> {
    let (read, write) = (Needs::InProgram(RoundRead), Needs::InProgram(RoundWrite));
    let plan = Needs::InProgram(PlanRead);
    const PLAN: &str = "/plans/x";
    vec![
        named("RuleSetService/ListRuleSets", read, ""),
        named("RuleSetService/GetRuleSet", read, "/ruleSets/x"),
        row("RuleSetService/CreateRuleSet", write, |_, program| {
            pb::CreateRuleSetRequest {
                parent: of(program, ""),
                toml: text(),
                ..Default::default()
            }
        }),
        row("RuleSetService/UpdateRuleSet", write, |_, program| {
            pb::UpdateRuleSetRequest {
                name: of(program, "/ruleSets/x"),
                toml: text(),
                ..Default::default()
            }
        }),
        named("RuleSetService/DeleteRuleSet", write, "/ruleSets/x"),
        named("RuleSetService/CheckRuleSets", plan, PLAN),
        named("PlanService/PriceStability", plan, PLAN),
        named("PlanService/ListWorths", plan, PLAN),
        named("PlanService/ListForecasts", plan, PLAN),
        row("PlanService/GetForecast", plan, |_, program| {
            pb::GetForecastRequest {
                plan: of(program, PLAN),
                trainee_id: "x".to_owned(),
            }
        }),
    ]
}

//! Plan folders.

use practicum::domain::plan::{
    Delivery, Level, LevelResult, LevelStatus, Placement, Session, SessionMember, Unmatched,
    WeeklyStart,
};
use practicum::domain::{MinuteOfDay, Minutes, Plan, Rule, SessionKind, ZoneName};
use practicum::roster::{FolderFiles, PLAN_FILES, PlanContext, read_plan, write_plan};
use proptest::prelude::*;

pub(super) fn context() -> PlanContext {
    PlanContext {
        roster_sha256: "ab".repeat(32),
        rule_sets: vec!["base".to_owned(), "state".to_owned()],
        solver: "HiGHS".to_owned(),
        solver_version: "1.15.0".to_owned(),
        tzdb_version: "2026f".to_owned(),
    }
}

fn placement(number: u32) -> Placement {
    Placement {
        trainee: format!("tr-{number:03}").parse().unwrap(),
        site: "site-1".parse().unwrap(),
        contact: Minutes::new(480 + number * 15).unwrap(),
        preference_rank: number,
    }
}

fn session(number: u32, minutes: u32, members: &[u32]) -> Session {
    Session {
        number,
        supervisor: "sup-1".parse().unwrap(),
        kind: SessionKind::ALL[members.len() % 3],
        weekly_start: (minutes > 0).then(|| WeeklyStart {
            weekday: chrono::Weekday::Thu,
            start: MinuteOfDay::new(600).unwrap(),
        }),
        minutes: Minutes::new(minutes).unwrap(),
        time_zone: ZoneName::UTC,
        delivery: if number.is_multiple_of(2) {
            Delivery::Video
        } else {
            Delivery::InPerson("site-1".parse().unwrap())
        },
        members: members
            .iter()
            .map(|member| SessionMember {
                trainee: format!("tr-{member:03}").parse().unwrap(),
                line: "weekly group".parse().unwrap(),
            })
            .collect(),
    }
}

fn level(level: Level, value: i64, bound: i64, status: LevelStatus) -> LevelResult {
    LevelResult {
        level,
        value,
        bound,
        status,
    }
}

pub(super) fn plan() -> Plan {
    Plan {
        placements: vec![placement(1), placement(2)],
        sessions: vec![
            session(1, 60, &[1]),
            session(2, 90, &[1, 2]),
            session(3, 0, &[2]),
        ],
        unmatched: vec![Unmatched {
            trainee: "tr-003".parse().unwrap(),
            reason: Rule::SiteCapacity,
            detail: "=site-1 is full, \"really\"".to_owned(),
            action: "-add a place".to_owned(),
        }],
        levels: vec![
            level(Level::Matched, 2, 3, LevelStatus::TimeLimit),
            level(Level::SiteRank, 3, 3, LevelStatus::Proved),
        ],
    }
}

fn text(files: &FolderFiles, name: &str) -> String {
    String::from_utf8(files.get(name).unwrap().to_vec()).unwrap()
}

fn edited(name: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = write_plan(&plan(), &context());
    let old = text(&files, name);
    assert!(old.contains(from), "{name} holds no {from:?}");
    files.insert(name, old.replacen(from, to, 1).into_bytes());
    let errors = read_plan(&files).unwrap_err();
    errors.as_slice().iter().map(ToString::to_string).collect()
}

#[test]
fn the_tables_are_as_the_format_says() {
    let files = write_plan(&plan(), &context());
    assert_eq!(
        text(&files, "placements.csv"),
        "trainee_id,site_id,contact_minutes_per_week,preference_rank\n\
         tr-001,site-1,495,1\ntr-002,site-1,510,2\n"
    );
    assert_eq!(
        text(&files, "sessions.csv"),
        "session_id,supervisor_id,kind,weekday,start,minutes,time_zone,delivery,site_id\n\
         session-0001,sup-1,triadic,thu,10:00,60,UTC,in_person,site-1\n\
         session-0002,sup-1,group,thu,10:00,90,UTC,video,\n\
         session-0003,sup-1,triadic,,,0,UTC,in_person,site-1\n"
    );
    assert_eq!(
        text(&files, "session_members.csv"),
        "session_id,trainee_id,line\nsession-0001,tr-001,weekly group\n\
         session-0002,tr-001,weekly group\nsession-0002,tr-002,weekly group\n\
         session-0003,tr-002,weekly group\n"
    );
    assert_eq!(
        text(&files, "unmatched.csv"),
        "trainee_id,reason,detail,action\n\
         tr-003,site_capacity,\"'=site-1 is full, \"\"really\"\"\",'-add a place\n"
    );
    let summary: serde_json::Value = serde_json::from_str(&text(&files, "summary.json")).unwrap();
    assert_eq!(summary["levels"][0]["gap"], 0.5);
    assert_eq!(summary["levels"][1]["status"], "proved");
    assert_eq!(summary["rule_sets"][1], "state");
}

#[test]
fn a_gap_has_six_decimals() {
    let mut plan = plan();
    plan.levels = vec![level(Level::Matched, 3, 4, LevelStatus::TimeLimit)];
    let files = write_plan(&plan, &context());
    assert!(text(&files, "summary.json").contains("\"gap\": 0.333333,"));
}

#[test]
fn a_plan_reads_back_equal_and_extra_files_do_no_harm() {
    let mut files = write_plan(&plan(), &context());
    files.insert("timings.json", b"{}".to_vec());
    assert_eq!(read_plan(&files).unwrap(), (plan(), context()));
}

#[test]
fn every_file_of_a_plan_is_missed() {
    let errors = read_plan(&FolderFiles::default()).unwrap_err();
    assert_eq!(errors.count(), PLAN_FILES.len());
}

#[test]
fn mistakes_in_a_plan_are_named_in_their_place() {
    for (name, from, to, message) in [
        (
            "placements.csv",
            "495",
            "-1",
            "placements.csv row 2, contact_minutes_per_week: \"-1\" is not a whole number from 0 \
             to 1000000",
        ),
        (
            "sessions.csv",
            "thu,10:00,60",
            ",,60",
            "sessions.csv row 2, weekday: the cell is empty; it must hold mon, tue, wed, thu, fri, \
             sat or sun",
        ),
        (
            "sessions.csv",
            "video,",
            "video,site-1",
            "sessions.csv row 3, site_id: \"site-1\" must be empty for a session by video",
        ),
        (
            "session_members.csv",
            "session-0003",
            "session-0009",
            "session_members.csv row 5, session_id: \"session-0009\" is not a session in \
             sessions.csv",
        ),
        (
            "session_members.csv",
            "session-0003",
            "session-3",
            "session_members.csv row 5, session_id: \"session-3\" is not a session's number such \
             as session-0001",
        ),
        (
            "unmatched.csv",
            "site_capacity",
            "bad_luck",
            "unmatched.csv row 2, reason: \"bad_luck\" is not the name of a rule",
        ),
        (
            "summary.json",
            "\"proved\"",
            "\"sure\"",
            "summary.json, levels[1].status: \"sure\" is not one of proved, within_gap, time_limit",
        ),
    ] {
        let mistakes = edited(name, from, to);
        assert!(mistakes.contains(&message.to_owned()), "{mistakes:#?}");
    }
}

#[test]
fn a_summary_with_another_key_is_refused_with_its_line() {
    let mistakes = edited("summary.json", "\"solver\"", "\"oracle\"");
    assert!(
        mistakes[0].starts_with("summary.json row 7: unknown field `oracle`"),
        "{mistakes:?}"
    );
}

prop_compose! {
    fn any_plan()(
        placed in 0_u32..6,
        sessions in prop::collection::vec((0_u32..5, prop::collection::btree_set(1_u32..9, 0..4)), 0..5),
        unmatched in prop::collection::vec((any::<prop::sample::Index>(), ".{0,20}", any::<String>()), 0..4),
        levels in prop::collection::vec((any::<i32>(), any::<i32>(), 0_usize..3), 0..5),
    ) -> Plan {
        Plan {
            placements: (1..=placed).map(placement).collect(),
            sessions: sessions
                .iter()
                .zip(1..)
                .map(|((quarters, members), number)| {
                    let members: Vec<u32> = members.iter().copied().collect();
                    session(number, quarters * 15, &members)
                })
                .collect(),
            unmatched: unmatched
                .iter()
                .zip(100..)
                .map(|((rule, detail, action), number)| Unmatched {
                    trainee: format!("tr-{number}").parse().unwrap(),
                    reason: *rule.get(Rule::ALL),
                    detail: detail.clone(),
                    action: action.clone(),
                })
                .collect(),
            levels: levels
                .iter()
                .zip(Level::DEFAULT)
                .map(|((value, bound, status), name)| {
                    level(name, i64::from(*value), i64::from(*bound), LevelStatus::ALL[*status])
                })
                .collect(),
        }
    }
}

proptest! {
    #[test]
    fn every_plan_reads_back_equal(plan in any_plan()) {
        let files = write_plan(&plan, &context());
        let (again, from) = read_plan(&files).unwrap();
        prop_assert_eq!(&again, &plan);
        prop_assert_eq!(write_plan(&again, &from), files);
    }
}

//! `practicum match --baseline`, run as people run it.

use crate::cli_match::{matched, plan_in, shipped};
use crate::support::command::practicum;

#[test]
fn a_baseline_is_kept_and_the_plan_can_be_checked_against_it() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    assert_eq!(matched(&shipped("clinic-12"), &before, &[]).code, 0);
    let baseline = before.to_str().unwrap();
    let repaired = matched(&shipped("clinic-12"), &after, &["--baseline", baseline]);
    assert_eq!(repaired.code, 0, "{}", repaired.stderr);
    assert!(
        repaired.stdout.contains("changes to the baseline"),
        "{}",
        repaired.stdout
    );
    let (old, new) = (plan_in(&before), plan_in(&after));
    assert_eq!(
        (&new.placements, &new.sessions),
        (&old.placements, &old.sessions)
    );
    let values: Vec<i64> = new.levels.iter().map(|level| level.value).collect();
    assert_eq!(values, [0, 7, 7, 0, 7]);

    let (roster, plan) = (shipped("clinic-12"), after.to_str().unwrap().to_owned());
    let check = [
        "check",
        "--roster",
        roster.to_str().unwrap(),
        "--plan",
        &plan,
    ];
    assert_eq!(practicum(&check).code, 3, "the checker needs the baseline");
    let checked = practicum(&[&check[..], &["--baseline", baseline]].concat());
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);

    let nothing = matched(
        &shipped("clinic-12"),
        &after,
        &["--baseline", "no-such-plan"],
    );
    assert_eq!(nothing.code, 3);
    assert!(
        nothing.stderr.contains("the baseline in no-such-plan"),
        "{}",
        nothing.stderr
    );
}

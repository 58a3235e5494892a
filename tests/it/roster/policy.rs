//! The policy of a round and the baseline of a repair, in files.

use practicum::domain::plan::{Delivery, Level};
use practicum::domain::{Baseline, BlockingPairs, Objective, Policy};
use practicum::roster::{read_roster, roster_hash, write_roster};

use super::small::{self, edited, mistakes_of};

const END: (&str, &str) = ("group_credit = 0.5\n", "program.toml");

fn with_policy(text: &str) -> practicum::roster::FolderFiles {
    edited(&[(END.1, END.0, &format!("{}{text}", END.0))])
}

#[test]
fn a_policy_lists_objectives_in_order() {
    let files = with_policy(
        "[policy]\nlevels = [\"matched_by_tier\", \"site_rank_generous\", \"contact_short\"]\n",
    );
    let roster = read_roster(&files).unwrap();
    let objectives = [
        Objective::MatchedByTier,
        Objective::SiteRankGenerous,
        Objective::ContactShortMinutes,
    ];
    assert_eq!(roster.round.policy.objectives(), objectives);
    assert_eq!(read_roster(&write_roster(&roster)).unwrap(), roster);
    // Priorities 2 and 1; two distinct ranks in the longest list.
    let levels = roster.round.policy.levels(&roster);
    let expected = [
        Level::MatchedByTier(2),
        Level::MatchedByTier(1),
        Level::SiteRankGenerous(2),
        Level::SiteRankGenerous(1),
        Level::ContactShortMinutes,
    ];
    assert_eq!(levels, expected);
}

#[test]
fn the_usual_policy_is_not_written_and_changes_no_hash() {
    let without = read_roster(&small::files()).unwrap();
    let named = with_policy(&format!(
        "[policy]\nlevels = [\"{}\"]\n",
        Policy::default().to_string().replace(';', "\", \"")
    ));
    let named = read_roster(&named).unwrap();
    assert_eq!(roster_hash(&named), roster_hash(&without));
    assert_eq!(named.round.policy.levels(&named), Level::DEFAULT);
}

#[test]
fn a_policy_of_unknown_or_repeated_objectives_is_refused() {
    for (policy, wrong) in [
        ("levels = [\"best\"]", "[\"best\"]"),
        ("levels = []", "[]"),
        ("levels = \"matched\"", "matched"),
        (
            "levels = [\"matched\", \"matched\"]",
            "[\"matched\", \"matched\"]",
        ),
        ("levels = [\"changes\"]", "[\"changes\"]"),
        ("levels = [1]", "[1]"),
    ] {
        let mistakes = mistakes_of(&with_policy(&format!("[policy]\n{policy}\n")));
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        let start = format!(
            "program.toml row 19, policy.levels: \"{wrong}\" is not a list of objectives, each once \
             and one besides changes, of: matched_priority, matched_by_tier, "
        );
        assert!(mistakes[0].starts_with(&start), "{mistakes:?}\n{start}");
    }
    let mistakes = mistakes_of(&with_policy("[policy]\nlevel = []\n"));
    assert!(
        mistakes.iter().any(|m| m.contains("did you mean levels?")),
        "{mistakes:?}"
    );
}

#[test]
fn a_baseline_comes_back_as_it_was_written() {
    let mut files = small::files();
    let text = "trainee_id,target,target_id,line,weekday,start,site_id\n\
                gone,site,site-9,,,,\n\
                tr-1,site,site-1,,,,\n\
                tr-1,supervisor,sup-1,weekly_individual,mon,09:30,site-1\n\
                tr-2,supervisor,sup-2,weekly_group,tue,15:00,\n\
                tr-2,supervisor,sup-7,weekly_individual,,,\n";
    files.insert("baseline.csv", text.into());
    let roster = read_roster(&files).unwrap();
    let baseline = roster.baseline.clone().unwrap();
    assert_eq!((baseline.sites.len(), baseline.lines.len()), (2, 3));
    assert_eq!(baseline.lines[1].delivery, Delivery::Video);
    assert_eq!(baseline.lines[2].weekly_start, None);
    let again = write_roster(&roster);
    assert_eq!(again.get("baseline.csv"), Some(text.as_bytes()));
    assert_eq!(read_roster(&again).unwrap(), roster);
    assert_eq!(
        roster.round.policy.levels(&roster)[0],
        Level::Changes,
        "a baseline that the policy does not place comes first"
    );

    // An empty baseline is one, too: there was a plan that promised nothing.
    let mut empty = read_roster(&small::files()).unwrap();
    empty.baseline = Some(Baseline::default());
    assert_eq!(read_roster(&write_roster(&empty)).unwrap(), empty);
}

#[test]
fn mistakes_of_a_baseline_are_named() {
    let mut files = small::files();
    let text = "trainee_id,target,target_id,line,weekday,start,site_id\n\
                tr-1,site,site-1,,mon,,\n\
                tr-2,supervisor,sup-2,weekly_group,tue,,\n\
                tr-2,supervisor,sup-2,,,,\n\
                tr-2,site,site-1,,,,\n\
                tr-2,site,site-2,,,,\n";
    files.insert("baseline.csv", text.into());
    let mistakes = mistakes_of(&files);
    for expected in [
        "baseline.csv row 2, weekday: \"mon\" must be empty for a site",
        "baseline.csv row 3, start: ",
        "baseline.csv row 4, line: ",
        "baseline.csv row 6: the site of this trainee is given already in row 5; once is allowed",
    ] {
        let is_there = mistakes.iter().any(|mistake| mistake.starts_with(expected));
        assert!(is_there, "{expected}\n{mistakes:#?}");
    }
    assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
}

#[test]
fn blocking_pairs_are_allowed_until_a_policy_forbids_them() {
    let usual = read_roster(&small::files()).unwrap();
    assert_eq!(usual.round.blocking_pairs, BlockingPairs::Allowed);
    let files = with_policy("[policy]\nblocking_pairs = \"forbidden\"\n");
    let roster = read_roster(&files).unwrap();
    assert_eq!(roster.round.blocking_pairs, BlockingPairs::Forbidden);
    assert_eq!(roster.round.policy, Policy::default());
    assert_eq!(read_roster(&write_roster(&roster)).unwrap(), roster);
    assert_ne!(roster_hash(&roster), roster_hash(&usual));
    let mistakes = mistakes_of(&with_policy("[policy]\nblocking_pairs = \"never\"\n"));
    assert_eq!(
        mistakes,
        ["program.toml row 19, policy.blocking_pairs: \"never\" is not allowed or forbidden"]
    );
}

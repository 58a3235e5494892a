//! Every kind of mistake in the program file gets a message of its own.

use super::small::{assert_mistake, mistakes};

#[test]
fn a_term_has_an_end_after_its_start_and_a_length() {
    assert_mistake(
        "program.toml",
        "last_day = 2027-05-28",
        "last_day = 2027-01-10",
        "program.toml row 9, round.last_day: \"2027-01-10\" is before round.first_day 2027-01-11",
    );
    assert_mistake(
        "program.toml",
        "last_day = 2027-05-28",
        "last_day = 2030-05-28",
        "program.toml row 9, round.last_day: \"2030-05-28\" makes a term of 1234 days; at most 800 \
         are allowed",
    );
    assert_mistake(
        "program.toml",
        "first_day = 2027-01-11",
        "first_day = \"11 Jan\"",
        "program.toml row 8, round.first_day: \"11 Jan\" is not a day written as YYYY-MM-DD in \
         the years 1970 to 2199",
    );
}

#[test]
fn keys_of_the_program_file_are_known_and_typed() {
    assert_eq!(
        mistakes(&[(
            "program.toml",
            "missed_sessions_max = 2",
            "missed_session_max = 2"
        )]),
        [
            "program.toml row 6, round.missed_sessions_max: the key is missing; it must hold a \
             whole number from 0 to 1000",
            "program.toml row 11, round.missed_session_max: unknown key; did you mean \
             missed_sessions_max?",
        ]
    );
    for (from, to, message) in [
        (
            "= 2\n",
            "= \"2\"\n",
            "program.toml row 11, round.missed_sessions_max: \"2\" is not a whole number from 0 \
             to 1000",
        ),
        (
            "= true",
            "= 1",
            "program.toml row 13, round.excluded_supervisor_closes_sites: \"1\" is not true or \
             false",
        ),
        (
            "\"forbidden\"",
            "\"never\"",
            "program.toml row 12, round.unranked_sites: \"never\" is not forbidden or last",
        ),
        (
            "= 30",
            "= 20",
            "program.toml row 10, round.session_start_step_minutes: \"20\" is not a multiple of \
             15 minutes from 15 to 1440",
        ),
        (
            "0.5",
            "0.3333",
            "program.toml row 17, ratio.group_credit: \"0.3333\" is not a number from 0 to 1000 \
             with at most three decimals",
        ),
        (
            "10.0",
            "-1",
            "program.toml row 16, ratio.contact_per_supervision_max: \"-1\" is not a number from \
             0 to 1000 with at most three decimals",
        ),
        (
            "[ratio]",
            "[ratios]",
            "program.toml row 15, ratios: unknown section; did you mean ratio?",
        ),
    ] {
        assert_mistake("program.toml", from, to, message);
    }
}

#[test]
fn a_program_file_that_is_no_toml_is_named_with_its_line() {
    let [message] = &mistakes(&[("program.toml", "name = \"Program\"", "name = Program")])[..]
    else {
        panic!("one mistake")
    };
    assert!(message.starts_with("program.toml row 3: "), "{message}");
}

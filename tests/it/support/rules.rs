//! Rule sets written in a test.

use practicum::domain::RuleSet;
use practicum::roster::read_rule_set;

/// Returns a rule set for everybody from the tables of its file: `[credit]`,
/// `[applies_to]` and `[[rule]]`.
pub(crate) fn rule_set(key: &str, tables: &str) -> RuleSet {
    let text = format!(
        "id = \"{key}\"\ntitle = \"Rule set {key}\"\nbody = \"Test\"\nsource = \"a test\"\n\
         trust = \"R\"\nunverified = true\n\n{tables}\n"
    );
    read_rule_set("test.toml", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// Returns a rule set of one rule with its parameters.
pub(crate) fn one_rule(name: &str, parameters: &str) -> RuleSet {
    rule_set("own", &format!("[[rule]]\nname = \"{name}\"\n{parameters}"))
}

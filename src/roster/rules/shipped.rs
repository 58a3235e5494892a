//! The rule sets that come with Practicum.

use std::sync::OnceLock;

use super::read::read_rule_set;
use crate::domain::{Key, RuleSet};

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        /// File names and texts, by name.
        const SHIPPED: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../assets/rules/", $name)))),+
        ];
    };
}

shipped![
    "appic-internship.toml",
    "bacp-student.toml",
    "cacrep-internship.toml",
    "cacrep-practicum.toml",
    "california-bbs-associate.toml",
    "california-bbs-trainee.toml",
    "coamfte.toml",
    "texas-lpc-associate.toml",
];

/// Returns the rule sets that come with Practicum, by name.
pub fn shipped_rule_sets() -> &'static [RuleSet] {
    static SETS: OnceLock<Vec<RuleSet>> = OnceLock::new();
    SETS.get_or_init(|| {
        SHIPPED
            .iter()
            .filter_map(|(name, text)| read_rule_set(name, text).ok())
            .collect()
    })
}

/// Returns the rule set of that name that comes with Practicum, if there is
/// one.
pub fn shipped_rule_set(key: &Key) -> Option<&'static RuleSet> {
    shipped_rule_sets().iter().find(|set| set.key == *key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_holds_the_rule_set_of_its_name() {
        for (name, text) in SHIPPED {
            let set = read_rule_set(name, text).unwrap_or_else(|errors| panic!("{errors}"));
            assert_eq!(format!("{}.toml", set.key), *name);
            // Nobody has compared them with their sources on a known day.
            assert_eq!(set.verified_on, None, "{name}");
        }
        assert_eq!(shipped_rule_sets().len(), SHIPPED.len());
        assert!(SHIPPED.is_sorted());
    }
}

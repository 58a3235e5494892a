//! Reads the clauses of a rule set: `[[rule]]` tables, each of which names a
//! rule and gives its parameters.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::super::cells::{OneOf, find_word};
use super::super::toml_document::{Document, Section, find, unknown, whole};
use super::read::{SHARE, WORDS, share, tags};
use crate::domain::limits::{
    GROUP_SIZE_LEAST, GROUP_SIZE_MOST, LINE_MINUTES_MOST, MINUTES_OF_WEEK, MOST_PEOPLE,
};
use crate::domain::rule_set::{Clause, Window};
use crate::domain::{Minutes, Rule, SessionKind};

/// A rule that a rule set may hold.
struct Shape {
    rule: Rule,
    /// Its parameters beside the name.
    keys: &'static [&'static str],
    read: fn(&mut Document<'_, '_>, &Section<'_>) -> Option<Clause>,
}

const SHAPES: [Shape; 9] = [
    Shape {
        rule: Rule::SupervisionUnits,
        keys: &[
            "contact_minutes_per_unit",
            "further_unit_above",
            "unit_minutes",
            "window",
        ],
        read: |document, section| document.units(section),
    },
    Shape {
        rule: Rule::SupervisionMinutesMin,
        keys: &["minutes", "per", "window", "kinds"],
        read: |document, section| document.minutes_min(section),
    },
    Shape {
        rule: Rule::GroupShareMax,
        keys: &["share"],
        read: |document, section| {
            let share = document.read(section, "share", SHARE, share)?;
            Some(Clause::GroupShareMax(share))
        },
    },
    Shape {
        rule: Rule::IndividualShareMin,
        keys: &["share", "kinds"],
        read: |document, section| {
            let share = document.read(section, "share", SHARE, share);
            let kinds = document.kinds(section, &[SessionKind::Individual]);
            Some(Clause::IndividualShareMin {
                share: share?,
                kinds: kinds?,
            })
        },
    },
    Shape {
        rule: Rule::VideoShareMax,
        keys: &["share"],
        read: |document, section| {
            let share = document.read(section, "share", SHARE, share)?;
            Some(Clause::VideoShareMax(share))
        },
    },
    Shape {
        rule: Rule::GroupSizeMax,
        keys: &["members"],
        read: |document, section| {
            let (least, most) = (GROUP_SIZE_LEAST, GROUP_SIZE_MOST);
            let members = document.count(section, "members", least, most)?;
            Some(Clause::GroupSizeMax(members))
        },
    },
    Shape {
        rule: Rule::SupervisorsMax,
        keys: &["supervisors"],
        read: |document, section| {
            let most = document.count(section, "supervisors", 1, SUPERVISORS_MOST)?;
            Some(Clause::SupervisorsMax(most))
        },
    },
    Shape {
        rule: Rule::SupervisorsDistinctMin,
        keys: &["supervisors"],
        read: |document, section| {
            let least = document.count(section, "supervisors", 1, SUPERVISORS_MOST)?;
            Some(Clause::SupervisorsDistinctMin(least))
        },
    },
    Shape {
        rule: Rule::SuperviseesMax,
        keys: &["supervisees", "settings"],
        read: |document, section| {
            let most = document.count(section, "supervisees", 0, MOST_PEOPLE);
            let settings = document.read_optional(section, "settings", WORDS, tags);
            Some(Clause::SuperviseesMax {
                most: most?,
                settings: settings?.unwrap_or_default(),
            })
        },
    },
];
/// Minutes of a unit where the rule does not say.
const HOUR: u32 = 60;
/// Most supervisors whom a rule may ask for or allow.
const SUPERVISORS_MOST: u32 = 100;

impl Document<'_, '_> {
    /// Reads the clauses; at least one is needed.
    pub(super) fn clauses(&mut self, top: &Section<'_>) -> Option<Vec<Clause>> {
        let needed = "at least one table [[rule]] with a name and its parameters";
        let tables = self.read(top, "rule", needed, |value| {
            let tables = value.as_array()?;
            let all = tables.iter().all(|table| table.get_ref().is_table());
            (all && !tables.is_empty()).then_some(())
        });
        tables?;
        let value = find(top, "rule")?;
        let mut clauses = Vec::new();
        let mut is_whole = true;
        for (place, item) in value.get_ref().as_array()?.iter().enumerate() {
            let section = Section {
                name: format!("rule[{place}]"),
                at: item.span().start,
                table: item.get_ref().as_table()?,
            };
            match self.clause(&section) {
                Some(clause) => clauses.push(clause),
                None => is_whole = false,
            }
        }
        is_whole.then_some(clauses)
    }

    fn clause(&mut self, section: &Section<'_>) -> Option<Clause> {
        let names = SHAPES.map(|shape| shape.rule.name());
        let given = find(section, "name");
        if let Some(given) = given
            && let Some(name) = given.get_ref().as_str()
            && !names.contains(&name)
        {
            let place = format!("{}.name", section.name);
            let message = unknown("rule", name, &names);
            self.refuse(given.span().start, Some(&place), None, message);
            return None;
        }
        let allowed = format!("the name of a rule: {}", names.join(", "));
        let shape = self.read(section, "name", &allowed, |value| {
            let name = value.as_str()?;
            SHAPES.into_iter().find(|shape| shape.rule.name() == name)
        })?;
        let keys: Vec<&str> = ["name"].iter().chain(shape.keys).copied().collect();
        self.refuse_unknown_keys(section, &keys);
        (shape.read)(self, section)
    }

    fn units(&mut self, section: &Section<'_>) -> Option<Clause> {
        let contact = minutes_allowed(1, MINUTES_OF_WEEK);
        let contact_per_unit =
            self.read_optional(section, "contact_minutes_per_unit", &contact, |value| {
                minutes(value, 1, MINUTES_OF_WEEK)
            });
        let further = minutes_allowed(0, MINUTES_OF_WEEK);
        let further = self.read_optional(section, "further_unit_above", &further, |value| {
            minutes(value, 0, MINUTES_OF_WEEK)
        });
        let unit = minutes_allowed(1, LINE_MINUTES_MOST);
        let unit = self.read_optional(section, "unit_minutes", &unit, |value| {
            minutes(value, 1, LINE_MINUTES_MOST)
        });
        let window = self.window(section, "window", Window::Week);
        let (contact_per_unit, further, window) = (contact_per_unit?, further?, window?);
        let mut refuse = |key: &str, message: &str| {
            let at = find(section, key).map_or(section.at, |value| value.span().start);
            let place = format!("{}.{key}", section.name);
            self.refuse(at, Some(&place), None, message.to_owned());
        };
        if further.is_some() && window != Window::Week {
            refuse("further_unit_above", "is for the window \"week\" only");
            return None;
        }
        if contact_per_unit.is_none() && window != Window::Week {
            let message = "the key is missing; only in the window \"week\" may it be left out";
            refuse("contact_minutes_per_unit", message);
            return None;
        }
        Some(Clause::Units {
            contact_per_unit,
            further_unit_above: further,
            unit: unit?.or(Minutes::new(HOUR))?,
            window,
        })
    }

    fn minutes_min(&mut self, section: &Section<'_>) -> Option<Clause> {
        let allowed = minutes_allowed(1, MINUTES_OF_WEEK);
        let least = self.read(section, "minutes", &allowed, |value| {
            minutes(value, 1, MINUTES_OF_WEEK)
        });
        let pers = [Window::Week, Window::Month].map(|window| (window.as_str(), window));
        let words = OneOf(&pers).to_string();
        let per = self.read(section, "per", &words, |value| {
            find_word(value.as_str()?, &pers)
        })?;
        let window = self.window(section, "window", per)?;
        let kinds = self.kinds(section, &SessionKind::ALL);
        if window < per {
            let at = find(section, "window").map_or(section.at, |value| value.span().start);
            let place = format!("{}.window", section.name);
            let message = "is shorter than per; allowed are \"month\" and \"term\"".to_owned();
            self.refuse(at, Some(&place), Some(window.as_str()), message);
            return None;
        }
        Some(Clause::MinutesMin {
            minutes: least?,
            per,
            window,
            kinds: kinds?,
        })
    }

    fn window(&mut self, section: &Section<'_>, key: &str, default: Window) -> Option<Window> {
        let windows = Window::ALL.map(|window| (window.as_str(), window));
        let words = OneOf(&windows).to_string();
        let window = self.read_optional(section, key, &words, |value| {
            find_word(value.as_str()?, &windows)
        })?;
        Some(window.unwrap_or(default))
    }

    fn kinds(
        &mut self,
        section: &Section<'_>,
        default: &[SessionKind],
    ) -> Option<BTreeSet<SessionKind>> {
        let words = SessionKind::ALL.map(|kind| (kind.as_str(), kind));
        let allowed = "a list of individual, triadic, group, at least one";
        let kinds = self.read_optional(section, "kinds", allowed, |value| {
            let kinds: Option<BTreeSet<SessionKind>> = value
                .as_array()?
                .iter()
                .map(|kind| find_word(kind.get_ref().as_str()?, &words))
                .collect();
            kinds.filter(|kinds| !kinds.is_empty())
        })?;
        Some(kinds.unwrap_or_else(|| default.iter().copied().collect()))
    }

    fn count(&mut self, section: &Section<'_>, key: &str, least: u32, most: u32) -> Option<u32> {
        let allowed = format!("a whole number from {least} to {most}");
        self.read(section, key, &allowed, |value| {
            whole(value, most).filter(|count| *count >= least)
        })
    }
}

fn minutes_allowed(least: u32, most: u32) -> String {
    format!("a whole number of minutes from {least} to {most}")
}

fn minutes(value: &DeValue<'_>, least: u32, most: u32) -> Option<Minutes> {
    whole(value, most)
        .filter(|minutes| *minutes >= least)
        .and_then(Minutes::new)
}

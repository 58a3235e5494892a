//! Field masks: which fields of a message an update changes.

use super::super::pb;
use super::fields::Fields;

/// A message whose fields can be named in a mask.
pub(in super::super) trait Masked {
    /// The fields that a caller may change.
    const FIELDS: &'static [&'static str];

    /// Returns the fields that are set.
    fn set_fields(&self) -> Vec<&'static str>;

    /// Takes a field over from another message.
    fn take_over(&mut self, from: &mut Self, field: &str);
}

/// Refuses a mask that names what no caller may change. It is looked at before
/// the record, so that the fault is told whether there is one or not.
pub(in super::super) fn check<M: Masked>(
    mask: Option<&prost_types::FieldMask>,
    fields: &mut Fields<'_>,
) {
    let mut paths = mask.iter().flat_map(|mask| &mask.paths);
    if paths.any(|path| path != "*" && !M::FIELDS.contains(&path.as_str())) {
        let message = format_args!(
            "names no field that can be changed; allowed are {} or *",
            M::FIELDS.join(", ")
        );
        fields.refuse("update_mask", "mask", message);
    }
}

/// Returns the fields of `new` that a mask names: absent or empty means all that
/// are set, `*` means all.
fn named<'a, M: Masked>(new: &M, mask: Option<&'a prost_types::FieldMask>) -> Vec<&'a str> {
    let paths = mask.map_or(&[][..], |mask| &mask.paths);
    if paths.is_empty() {
        new.set_fields()
    } else if paths.iter().any(|path| path == "*") {
        M::FIELDS.to_vec()
    } else {
        paths.iter().map(String::as_str).collect()
    }
}

/// Returns `current` with the fields of `new` that the mask names: absent or
/// empty means all that are set, `*` means all.
pub(in super::super) fn merge<M: Masked>(
    mut current: M,
    mut new: M,
    mask: Option<&prost_types::FieldMask>,
    fields: &mut Fields<'_>,
) -> M {
    check::<M>(mask, fields);
    for path in named(&new, mask) {
        if M::FIELDS.contains(&path) {
            current.take_over(&mut new, path);
        }
    }
    current
}

/// Says whether an update changes a field, as [`merge`] reads its mask.
pub(in super::super) fn is_named<M: Masked>(
    new: &M,
    mask: Option<&prost_types::FieldMask>,
    field: &str,
) -> bool {
    named(new, mask).contains(&field)
}

macro_rules! masked {
    ($($message:ty: $($field:ident),+;)+) => {$(
        impl Masked for $message {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn set_fields(&self) -> Vec<&'static str> {
                let unset = Self::default();
                let mut set = Vec::new();
                $(if self.$field != unset.$field {
                    set.push(stringify!($field));
                })+
                set
            }

            fn take_over(&mut self, from: &mut Self, field: &str) {
                $(if field == stringify!($field) {
                    self.$field = std::mem::take(&mut from.$field);
                })+
            }
        }
    )+};
}

masked! {
    pb::User: role, scopes, supervisor_id;
    pb::Program: display_name, time_zone;
    pb::Site: display_name, time_zone, jurisdiction, setting, capacity_min, capacity,
        contact_minutes_per_week, contact_minutes_min, contact_minutes_max, agreement, modalities,
        languages;
    pb::Supervisor: display_name, email, time_zone, role, site_ids, delivery, caseload_min,
        caseload_max, caseload_current, minutes_per_week_max, kinds, group_size_max, languages,
        licences;
    pb::Trainee: display_name, email, time_zone, level, jurisdiction, priority,
        contact_minutes_min, contact_minutes_target, contact_minutes_max, modalities_required,
        languages;
    pb::Round: display_name, term, session_start_step_minutes, missed_sessions_max, unranked_sites,
        excluded_supervisor_closes_sites, ratio, policy, blocking_pairs, rule_sets;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed() -> pb::Program {
        pb::Program {
            display_name: "North".into(),
            ..pb::Program::default()
        }
    }

    fn mask(paths: &[&str]) -> prost_types::FieldMask {
        prost_types::FieldMask {
            paths: paths.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_mask_that_is_absent_or_empty_names_what_is_set() {
        for mask in [None, Some(mask(&[]))] {
            assert!(is_named(&renamed(), mask.as_ref(), "display_name"));
            assert!(!is_named(&renamed(), mask.as_ref(), "time_zone"));
        }
    }

    #[test]
    fn a_star_names_every_field_and_a_path_itself_alone() {
        assert!(is_named(&renamed(), Some(&mask(&["*"])), "time_zone"));
        assert!(is_named(
            &renamed(),
            Some(&mask(&["time_zone"])),
            "time_zone"
        ));
        assert!(!is_named(
            &renamed(),
            Some(&mask(&["time_zone"])),
            "display_name"
        ));
    }
}

//! What is only checked is not written. Each example whose request has
//! `validate_only` is sent so first, when nothing that was made before stands
//! in its way, and then carried out: a new field needs nothing here.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage, Value};

use super::source::{Source, short_name};
use super::story::{Call, Story, send};
use crate::support::contents::{Contents, contents, differing};
use crate::support::service::{Service, database, served_by_both};

served_by_both!(a_request_that_is_only_checked_writes_nothing);

/// The field by which a caller asks for a check alone.
const FIELD: &str = "validate_only";

/// Says whether a message has the field, or one that may stand in it.
fn may_be_checked(message: &MessageDescriptor, seen: &mut BTreeSet<String>) -> bool {
    if !seen.insert(message.full_name().to_owned()) {
        return false;
    }
    message.fields().any(|field| {
        let kind = field.kind();
        let inner = kind.as_message();
        field.name() == FIELD || inner.is_some_and(|inner| may_be_checked(inner, seen))
    })
}

/// Returns the methods that can be asked for a check alone.
fn all() -> BTreeSet<String> {
    let methods = Source::load().methods().into_iter();
    methods
        .filter(|method| may_be_checked(&method.input(), &mut BTreeSet::new()))
        .map(|method| short_name(&method))
        .collect()
}

/// Returns a message that asks for a check alone, by itself or in a message
/// that is set in it; `None` where it cannot.
fn only_checked(message: &DynamicMessage) -> Option<DynamicMessage> {
    let mut checked = message.clone();
    if checked.descriptor().get_field_by_name(FIELD).is_some() {
        checked.set_field_by_name(FIELD, Value::Bool(true));
        return Some(checked);
    }
    for field in message.descriptor().fields() {
        if message.has_field(&field)
            && let Some(inner) = message.get_field(&field).as_message()
            && let Some(inner) = only_checked(inner)
        {
            checked.set_field(&field, Value::Message(inner));
            return Some(checked);
        }
    }
    None
}

/// Returns the messages of a call that ask for a check alone, where they can.
fn all_only_checked(call: &Call<'_>) -> Option<Vec<DynamicMessage>> {
    let mut requests = call.requests.to_vec();
    let mut messages = requests.iter().enumerate();
    let found = messages.find_map(|(place, message)| Some((place, only_checked(message)?)));
    let (place, checked) = found?;
    requests[place] = checked;
    Some(requests)
}

/// Returns all that is stored, as the owner of the database sees it.
async fn stored(service: &Service) -> Contents {
    let db = database(service).await;
    let stored = contents(&db).await;
    db.close().await;
    stored
}

/// Off: the `return` for `validate_only` left out in `src/app/publishing.rs`,
/// or `is_dry_run` false for a check in `src/grpc/services/rosters.rs`.
async fn a_request_that_is_only_checked_writes_nothing() {
    let mut checked = BTreeSet::new();
    let mut before_it_was_done: Option<(String, Contents)> = None;
    let telling = Story::told_with(async |story, call| {
        // What is carried out after the check is seen to write.
        if let Some((name, before)) = before_it_was_done.take() {
            let after = stored(&story.service).await;
            let written = differing(&before, &after);
            assert!(written.contains(&"event"), "{name} wrote {written:?}");
        }
        let Some(requests) = all_only_checked(call) else {
            return;
        };
        let name = short_name(call.method);
        let before = stored(&story.service).await;
        let (service, method) = (&story.service, call.method);
        let answered = send(service, method, &requests, call.sent, usize::MAX).await;
        answered.unwrap_or_else(|status| panic!("{name}: {status:?}"));
        let after = stored(&story.service).await;
        assert_eq!(differing(&before, &after), Vec::<&str>::new(), "{name}");
        checked.insert(name.clone());
        before_it_was_done = Some((name, after));
    });
    Box::pin(telling).await;
    assert_eq!(
        checked,
        all(),
        "each needs an example that it can be tried on"
    );
    assert!(checked.len() >= 2, "{checked:?}");
}

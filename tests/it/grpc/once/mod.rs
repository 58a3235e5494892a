//! Every write takes a `request_id` and gives a repeat the first answer.

use std::collections::BTreeSet;
use std::path::Path;
use std::pin::Pin;

use super::runs::imported;

use crate::support::service::served_by_both;

served_by_both!(every_write_gives_a_repeat_the_first_answer,);

pub(super) fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// What was sent, and a check that it is answered the same again.
#[derive(Default)]
struct Sent {
    requests: BTreeSet<&'static str>,
    again: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// Sends a request under a new identifier twice, and keeps a third time for
/// later; gives the first answer.
macro_rules! send {
    ($sent:ident, $client:expr, $method:ident, $name:ident { $($field:tt)* }) => {{
        let request = pb::$name { request_id: id(), $($field)* };
        let mut client = $client;
        let first = client.$method(request.clone()).await.unwrap().into_inner();
        let again = client.$method(request.clone()).await.unwrap().into_inner();
        assert_eq!(first.encode_to_vec(), again.encode_to_vec(), stringify!($method));
        assert!($sent.requests.insert(stringify!($name)));
        let expected = first.clone();
        $sent.again.push(Box::pin(async move {
            let later = client.$method(request).await.unwrap().into_inner();
            assert_eq!(expected.encode_to_vec(), later.encode_to_vec(), stringify!($method));
        }));
        first
    }};
}

mod people;
mod rounds;
mod rule_sets;

/// Returns the messages of the contract that carry a `request_id`.
fn messages_with_a_request_id() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("proto/practicum/v1");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut message = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("message ") {
                message = name.trim_end_matches([' ', '{', '}']);
            }
            if line.trim_start().starts_with("string request_id =") {
                names.insert(message.to_owned());
            }
        }
    }
    names
}

async fn every_write_gives_a_repeat_the_first_answer() {
    let (service, round_name, roster) = imported("clinic-12").await;
    let mut sent = Sent::default();
    people::write_people(&service, &mut sent).await;
    people::write_batches(&service, &mut sent).await;
    rounds::write_rounds(&service, &mut sent, &round_name, &roster).await;
    rounds::write_round_parts(&service, &mut sent, &round_name).await;
    rounds::write_round_states(&service, &mut sent, &round_name).await;
    people::write_trainee_rows(&service, &mut sent).await;
    rule_sets::write_rule_sets(&service, &mut sent).await;
    // Everything has been changed, deleted or cancelled since.
    for again in std::mem::take(&mut sent.again) {
        again.await;
    }
    let mut all = messages_with_a_request_id();
    // A stream; its test is with those of rosters.
    assert!(all.remove("ImportRosterHeader"));
    // Their callers sign in; the test is with those of users.
    for name in [
        "CreateUserRequest",
        "UpdateUserRequest",
        "RevokeUserRequest",
        "CreateApiKeyRequest",
        "RevokeApiKeyRequest",
    ] {
        assert!(all.remove(name), "{name}");
    }
    // A repeat is not told the path again; its test is with those of schedules.
    assert!(all.remove("RotateCalendarFeedRequest"));
    let requests: BTreeSet<String> = sent
        .requests
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(requests, all, "each write needs its line here");
}

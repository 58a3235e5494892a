//! What holds for every list and every update, tried on each that the
//! contract has. The requests are those of the examples: a new method needs
//! nothing here.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, Kind, MethodDescriptor, ReflectMessage, Value};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::source::short_name;
use super::story::{Exchange, Story, json, send};
use crate::support::service::{broken, reason, served_by_both};

served_by_both!(
    every_list_is_read_in_pages_and_refuses_what_is_none,
    every_update_keeps_to_its_mask_and_its_etag,
);

/// Lists that may have fewer than two items after the examples, and why.
const SHORT: &[(&str, &str)] = &[
    (
        "PlanService/AuditStability",
        "no site of the examples ranks trainees when the plan is made",
    ),
    (
        "PlanService/ListWorths",
        "one more of a single capacity would help in the plan of the examples",
    ),
];

impl Story {
    /// Returns the first call of each method whose request has a field.
    fn with_field(&self, field: &str) -> Vec<&Exchange> {
        let mut found: Vec<&Exchange> = Vec::new();
        for exchange in &self.exchanges {
            let has_field = exchange.method.input().get_field_by_name(field).is_some();
            if has_field && found.iter().all(|known| known.method != exchange.method) {
                found.push(exchange);
            }
        }
        found
    }

    async fn answer(
        &self,
        exchange: &Exchange,
        request: &DynamicMessage,
    ) -> Result<DynamicMessage, Status> {
        let requests = std::slice::from_ref(request);
        let (method, headers) = (&exchange.method, &exchange.sent);
        let answers = send(&self.service, method, requests, headers, usize::MAX).await?;
        Ok(answers.into_iter().next().unwrap())
    }

    /// Asserts that a request is refused for these fields.
    async fn assert_broken(&self, exchange: &Exchange, request: &DynamicMessage, fields: &[&str]) {
        let answer = self.answer(exchange, request).await;
        let Err(refused) = answer else {
            panic!("{} took {request}", short_name(&exchange.method));
        };
        assert_eq!(
            broken(&refused),
            fields,
            "{} {request}",
            short_name(&exchange.method)
        );
    }
}

/// Returns a message with other values of some fields.
fn with(message: &DynamicMessage, values: &[(&str, Value)]) -> DynamicMessage {
    let mut changed = message.clone();
    for (field, value) in values {
        changed.set_field_by_name(field, value.clone());
    }
    changed
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// Returns the items of a page, and the token of the next one.
fn items(answer: &DynamicMessage) -> (Vec<Value>, String) {
    let about = answer.descriptor();
    let list = about.fields().find(|field| field.is_list()).unwrap();
    let items = answer.get_field(&list).as_list().unwrap().to_vec();
    let token = answer.get_field_by_name("next_page_token").unwrap();
    (items, token.as_str().unwrap().to_owned())
}

async fn every_list_is_read_in_pages_and_refuses_what_is_none() {
    let story = Story::told().await;
    let lists = story.with_field("page_token");
    assert!(lists.len() >= 11, "{}", lists.len());
    let mut foreign_token = "00".to_owned();
    for list in lists {
        let name = short_name(&list.method);
        let mut request = list.requests[0].clone();
        for field in ["page_size", "page_token", "order_by", "filter"] {
            if let Some(field) = list.method.input().get_field_by_name(field) {
                request.clear_field(&field);
            }
        }
        let sized = |size: i32| with(&request, &[("page_size", Value::I32(size))]);
        let (all, end) = items(&story.answer(list, &sized(1000)).await.unwrap());
        assert_eq!(end, "", "{name}");
        let (beyond, _) = items(&story.answer(list, &sized(i32::MAX)).await.unwrap());
        assert_eq!(beyond, all, "{name}");
        let is_short = SHORT.iter().any(|(known, _)| *known == name);
        assert!(
            all.len() >= 2 || is_short,
            "{name} needs two items after the examples"
        );
        let (mut paged, mut token) = (Vec::new(), String::new());
        let mut first_token = None;
        loop {
            let next = with(&sized(1), &[("page_token", text(&token))]);
            let (page, next) = items(&story.answer(list, &next).await.unwrap());
            assert!(page.len() <= 1, "{name}");
            paged.extend(page);
            token = next;
            if token.is_empty() {
                break;
            }
            first_token.get_or_insert_with(|| token.clone());
        }
        assert_eq!(paged, all, "{name}");
        story.assert_broken(list, &sized(-1), &["page_size"]).await;
        for wrong in [foreign_token.as_str(), "no token", "é"] {
            let request = with(&request, &[("page_token", text(wrong))]);
            story.assert_broken(list, &request, &["page_token"]).await;
        }
        for field in ["order_by", "filter"] {
            if request.descriptor().get_field_by_name(field).is_some() {
                let wrong = text("no_such_field = 1");
                let request = with(&request, &[(field, wrong)]);
                story.assert_broken(list, &request, &[field]).await;
            }
        }
        if let Some(token) = first_token {
            if request.descriptor().get_field_by_name("order_by").is_some() {
                let values = [("order_by", text("key desc")), ("page_token", text(&token))];
                let request = with(&request, &values);
                story.assert_broken(list, &request, &["page_token"]).await;
            }
            foreign_token = token;
        }
    }
}

/// An update, and the record that it changes.
struct Update<'a> {
    story: &'a Story,
    exchange: &'a Exchange,
    get: MethodDescriptor,
    /// The field of the request that holds the record.
    record: String,
    name: String,
}

impl<'a> Update<'a> {
    fn of(story: &'a Story, exchange: &'a Exchange) -> Self {
        let request = &exchange.requests[0];
        let fields = exchange.method.input().fields().collect::<Vec<_>>();
        let mut records = fields.iter().filter(|field| {
            let kind = field.kind();
            kind.as_message()
                .is_some_and(|inner| inner.get_field_by_name("name").is_some())
        });
        let record = records.next().unwrap();
        let given = request.get_field(record);
        let name = given
            .as_message()
            .unwrap()
            .get_field_by_name("name")
            .unwrap();
        let get = short_name(&exchange.method).replace("/Update", "/Get");
        Self {
            story,
            exchange,
            get: story.source.method(&get),
            record: record.name().to_owned(),
            name: name.as_str().unwrap().to_owned(),
        }
    }

    /// Returns the record as it is.
    async fn current(&self) -> DynamicMessage {
        let mut request = DynamicMessage::new(self.get.input());
        request.set_field_by_name("name", text(&self.name));
        let (service, headers) = (&self.story.service, &self.exchange.sent);
        let answers = send(service, &self.get, &[request], headers, 1)
            .await
            .unwrap();
        self.record_of(&answers[0])
    }

    fn record_of(&self, message: &DynamicMessage) -> DynamicMessage {
        let record = message.get_field_by_name(&self.record).unwrap();
        record.as_message().unwrap().clone()
    }

    /// Returns a record of which only the name is set, and what is given.
    fn only(&self, values: &[(&str, Value)]) -> DynamicMessage {
        let field = self.exchange.method.input().get_field_by_name(&self.record);
        let kind = field.unwrap().kind();
        let mut record = DynamicMessage::new(kind.as_message().unwrap().clone());
        record.set_field_by_name("name", text(&self.name));
        with(&record, values)
    }

    /// Returns a request; without a mask where none is given.
    fn request(&self, record: DynamicMessage, mask: Option<&[&str]>) -> DynamicMessage {
        let input = self.exchange.method.input();
        let mut request = DynamicMessage::new(input.clone());
        request.set_field_by_name(&self.record, Value::Message(record));
        if let Some(paths) = mask {
            let kind = input.get_field_by_name("update_mask").unwrap().kind();
            let mut mask = DynamicMessage::new(kind.as_message().unwrap().clone());
            let paths = paths.iter().map(|path| text(path)).collect();
            mask.set_field_by_name("paths", Value::List(paths));
            request.set_field_by_name("update_mask", Value::Message(mask));
        }
        request
    }

    /// Sends an update, and returns which fields it changed besides its version.
    async fn changed(&self, record: DynamicMessage, mask: Option<&[&str]>) -> Vec<String> {
        let before = self.current().await;
        let request = self.request(record, mask);
        let answer = self.story.answer(self.exchange, &request).await;
        let answer = answer.unwrap_or_else(|status| panic!("{request}: {status:?}"));
        let after = self.current().await;
        assert_eq!(json(&self.record_of(&answer)), json(&after));
        assert_ne!(etag(&before), etag(&after), "{request}");
        let fields = after.descriptor().fields().collect::<Vec<_>>();
        let differ = fields.iter().filter(|field| {
            let is_version = ["update_time", "etag"].contains(&field.name());
            !is_version && before.get_field(field) != after.get_field(field)
        });
        differ.map(|field| field.name().to_owned()).collect()
    }

    async fn refused(&self, record: DynamicMessage, mask: Option<&[&str]>) -> Status {
        let request = self.request(record, mask);
        self.story
            .answer(self.exchange, &request)
            .await
            .unwrap_err()
    }
}

fn etag(record: &DynamicMessage) -> String {
    let etag = record.get_field_by_name("etag").unwrap();
    etag.as_str().unwrap().to_owned()
}

async fn every_update_keeps_to_its_mask_and_its_etag() {
    let story = Story::told().await;
    let updates = story.with_field("update_mask");
    assert!(updates.len() >= 5, "{}", updates.len());
    for exchange in updates {
        let update = Update::of(&story, exchange);
        let current = update.current().await.descriptor();
        if current.get_field_by_name("display_name").is_some() {
            masks_say_what_changes(&update).await;
            etags_say_of_which_version(&update).await;
        } else {
            refuses_other_masks_and_versions(&update).await;
        }
    }
}

async fn masks_say_what_changes(update: &Update<'_>) {
    let called = |name: &str| update.only(&[("display_name", text(name))]);
    let method = short_name(&update.exchange.method);
    // Absent, or empty: what is set. Others stay.
    for (name, mask) in [("One", None), ("Two", Some(&[][..]))] {
        assert_eq!(
            update.changed(called(name), mask).await,
            ["display_name"],
            "{method}"
        );
    }
    // Named: that field, whatever else is set.
    let mut three = update.only(&[("display_name", text("Three"))]);
    for field in three.descriptor().fields() {
        if field.kind() == Kind::Int32 && !field.is_list() {
            three.set_field(&field, Value::I32(-1));
        } else if field.name() == "time_zone" {
            three.set_field(&field, text("Nowhere"));
        }
    }
    let mask: Option<&[&str]> = Some(&["display_name"]);
    assert_eq!(
        update.changed(three, mask).await,
        ["display_name"],
        "{method}"
    );
    // All: what is not set is empty then, and every fault of it is told.
    let all: Option<&[&str]> = Some(&["*"]);
    let four = with(&update.current().await, &[("display_name", text("Four"))]);
    assert_eq!(
        update.changed(four, all).await,
        ["display_name"],
        "{method}"
    );
    let path = format!("{}.display_name", update.record);
    let faults = broken(&update.refused(update.only(&[]), all).await);
    assert!(faults.contains(&path), "{method}: {faults:?}");
    for unknown in [
        "no_such_field",
        "name",
        "etag",
        "update_time",
        "display_name.x",
        "",
    ] {
        let mask: &[&str] = &["display_name", unknown];
        let refused = update.refused(called("Five"), Some(mask)).await;
        assert_eq!(broken(&refused), ["update_mask"], "{method} {unknown}");
    }
    // A mask is looked at before the record: a fault of the caller is told the
    // same whether there is one or not.
    let nobody = || {
        let name = format!("{}-nobody", update.name);
        with(&called("Six"), &[("name", text(&name))])
    };
    let refused = update.refused(nobody(), Some(&["no_such_field"])).await;
    assert_eq!(broken(&refused), ["update_mask"], "{method}");
    let missing = update.refused(nobody(), mask).await;
    assert_eq!(missing.code(), Code::NotFound, "{method}: {missing:?}");
}

async fn etags_say_of_which_version(update: &Update<'_>) {
    let method = short_name(&update.exchange.method);
    let mask: Option<&[&str]> = Some(&["display_name"]);
    let current = etag(&update.current().await);
    let named =
        |name: &str, etag: &str| update.only(&[("display_name", text(name)), ("etag", text(etag))]);
    let changed = update.changed(named("Seven", &current), mask).await;
    assert_eq!(changed, ["display_name"], "{method}");
    let stale = update.refused(named("Eight", &current), mask).await;
    assert_eq!(
        (stale.code(), reason(&stale)),
        (Code::Aborted, "STALE_ETAG".to_owned())
    );
    let metadata: BTreeMap<String, String> = stale
        .get_details_error_info()
        .unwrap()
        .metadata
        .into_iter()
        .collect();
    assert_eq!(
        metadata["current_etag"],
        etag(&update.current().await),
        "{method}"
    );
}

/// What holds for a record without a name to change: the example is sent with
/// a mask and with an etag that are wrong.
async fn refuses_other_masks_and_versions(update: &Update<'_>) {
    let method = short_name(&update.exchange.method);
    let example = update.record_of(&update.exchange.requests[0]);
    let record = with(&example, &[("etag", text(""))]);
    for unknown in ["no_such_field", "name", "etag"] {
        let refused = update.refused(record.clone(), Some(&[unknown])).await;
        assert_eq!(broken(&refused), ["update_mask"], "{method} {unknown}");
    }
    let stale = with(&example, &[("etag", text("999999"))]);
    let stale = update.refused(stale, None).await;
    assert_eq!(reason(&stale), "STALE_ETAG", "{method}");
}

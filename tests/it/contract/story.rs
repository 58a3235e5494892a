//! The examples of the contract: calls written as JSON, made one after the
//! other on a service whose clock stands still. docs/contract.md says how a
//! step is written.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use practicum::app::ManualClock;
use practicum::domain::AccessRole;
use practicum::domain::time::UtcSecond;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, SerializeOptions};
use serde::Deserialize;
use serde_json::Value;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataKey};
use tonic::{Request, Status};

use super::source::Source;
use crate::access::callers::signed_up;
use crate::support::plain::Plain;
use crate::support::service::Service;

/// 14 December 2026 at 9:00 UTC, four weeks before the round of the examples.
const MORNING: UtcSecond = UtcSecond(1_797_238_800);
/// How long a call may take; a run is followed to its end.
const CALL_WAIT: Duration = Duration::from_secs(120);

/// One call of a file of examples.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Such as `SiteService/GetSite`.
    call: String,
    /// What the page says above the example.
    #[serde(default)]
    about: String,
    /// The request of a method that takes one.
    request: Option<Value>,
    /// The requests of a method that takes many.
    #[serde(default)]
    requests: Vec<Value>,
    /// Headers of the call.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Answers of a stream that are read; all of them when absent.
    take: Option<usize>,
    /// What later steps need of the first answer: names with JSON pointers.
    #[serde(default)]
    keep: BTreeMap<String, String>,
    /// Fields of the answers that are never twice the same.
    #[serde(default)]
    hide: Vec<String>,
    /// Whether no run is taken up any more, from this step on.
    #[serde(default)]
    stop_working: bool,
    /// Whether the page shows it; otherwise it only prepares.
    #[serde(default = "is_shown")]
    example: bool,
}

fn is_shown() -> bool {
    true
}

/// A call that was made, and what came back.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) method: MethodDescriptor,
    pub(super) about: String,
    /// The headers as they are written, and as they were sent.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) sent: BTreeMap<String, String>,
    pub(super) requests: Vec<DynamicMessage>,
    pub(super) answers: Vec<DynamicMessage>,
    pub(super) hidden: Vec<String>,
    pub(super) is_example: bool,
}

/// A call that is about to be made.
pub(super) struct Call<'a> {
    pub(super) method: &'a MethodDescriptor,
    pub(super) requests: &'a [DynamicMessage],
    /// The headers as they are sent.
    pub(super) sent: &'a BTreeMap<String, String>,
}

/// A service after all examples, and what was said.
pub(super) struct Story {
    pub(super) source: Source,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) service: Service,
    known: BTreeMap<String, Value>,
}

impl Story {
    /// Makes every call of the examples.
    pub(super) async fn told() -> Self {
        Self::told_with(async |_, _| {}).await
    }

    /// Makes every call of the examples, with something done before each.
    pub(super) async fn told_with(mut before: impl AsyncFnMut(&Self, &Call<'_>)) -> Self {
        let service = Service::at(Arc::new(ManualClock::at(MORNING))).await;
        // From the first user on everybody signs in.
        let key = signed_up(&service.app, "root", AccessRole::Admin).await;
        let mut story = Self {
            source: Source::load(),
            exchanges: Vec::new(),
            service,
            known: BTreeMap::from([("key".to_owned(), Value::String(key))]),
        };
        for step in steps() {
            story.take(step, &mut before).await;
        }
        story
    }

    async fn take(&mut self, step: Step, before: &mut impl AsyncFnMut(&Self, &Call<'_>)) {
        if step.stop_working {
            self.service.stop_working().await;
        }
        let method = self.source.method(&step.call);
        let bodies = step.request.iter().chain(&step.requests);
        let requests: Vec<DynamicMessage> = bodies
            .map(|body| {
                let read = DynamicMessage::deserialize(method.input(), self.filled(body));
                read.unwrap_or_else(|error| panic!("{}: {error}: {body}", step.call))
            })
            .collect();
        let fill = |(name, text): (&String, &String)| {
            let text = self.filled_text(text);
            (name.clone(), text.as_str().unwrap().to_owned())
        };
        let mut sent: BTreeMap<String, String> = step.headers.iter().map(fill).collect();
        if let Value::String(key) = &self.known["key"] {
            let signed = || format!("Bearer {key}");
            sent.entry("authorization".to_owned())
                .or_insert_with(signed);
        }
        let call = Call {
            method: &method,
            requests: &requests,
            sent: &sent,
        };
        before(&*self, &call).await;
        let most = step.take.unwrap_or(usize::MAX);
        let answers = send(&self.service, &method, &requests, &sent, most).await;
        let answers = answers.unwrap_or_else(|status| panic!("{}: {status:?}", step.call));
        for (name, pointer) in step.keep {
            let answer = json(&answers[0]);
            let found = answer.pointer(&pointer);
            let found = found.unwrap_or_else(|| panic!("{}: no {pointer}: {answer}", step.call));
            self.known.insert(name, found.clone());
        }
        self.exchanges.push(Exchange {
            method,
            about: step.about,
            headers: step.headers,
            sent,
            requests,
            answers,
            hidden: step.hide,
            is_example: step.example,
        });
    }

    /// Returns a value with what is known in the place of its names.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.filled_text(text),
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter();
                fields
                    .map(|(name, value)| (name.clone(), self.filled(value)))
                    .collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn filled_text(&self, text: &str) -> Value {
        let whole = text
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"));
        if let Some(path) = whole.and_then(|name| name.strip_prefix("file ")) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            return base64(std::fs::read(path).unwrap());
        }
        if let Some(value) = whole.and_then(|name| self.known.get(name)) {
            return value.clone();
        }
        let mut text = text.to_owned();
        for (name, value) in &self.known {
            if let Value::String(value) = value {
                text = text.replace(&format!("{{{{{name}}}}}"), value);
            }
        }
        assert!(!text.contains("{{"), "nothing was kept for {text}");
        Value::String(text)
    }
}

/// Returns the steps of all files, in the order of their names.
fn steps() -> Vec<Step> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/api_examples");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut steps = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let read: Result<Vec<Step>, _> = serde_json::from_str(&text);
        steps.extend(read.unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
    steps
}

/// Calls a method and returns its answers, as many as wanted.
pub(super) async fn send(
    service: &Service,
    method: &MethodDescriptor,
    requests: &[DynamicMessage],
    headers: &BTreeMap<String, String>,
    most: usize,
) -> Result<Vec<DynamicMessage>, Status> {
    let calling = async {
        let mut client = Grpc::new(service.channel.clone());
        client.ready().await.unwrap();
        let service = method.parent_service();
        let path = format!("/{}/{}", service.full_name(), method.name());
        let path: PathAndQuery = path.parse().unwrap();
        let bodies: Vec<Vec<u8>> = requests.iter().map(Message::encode_to_vec).collect();
        let mut request = Request::new(tokio_stream::iter(bodies));
        for (name, value) in headers {
            let name: MetadataKey<Ascii> = name.parse().unwrap();
            request.metadata_mut().insert(name, value.parse().unwrap());
        }
        let mut stream = client.streaming(request, path, Plain).await?.into_inner();
        let mut answers = Vec::new();
        while answers.len() < most
            && let Some(bytes) = stream.message().await?
        {
            let answer = DynamicMessage::decode(method.output(), bytes.as_slice());
            answers.push(answer.unwrap());
        }
        Ok(answers)
    };
    let ended = tokio::time::timeout(CALL_WAIT, calling).await;
    ended.unwrap_or_else(|_| panic!("{} does not end", method.full_name()))
}

/// Returns a message as JSON, fields by their names in the proto files.
pub(super) fn json(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new().use_proto_field_name(true);
    let serializer = serde_json::value::Serializer;
    message
        .serialize_with_options(serializer, &options)
        .unwrap()
}

/// Returns bytes as JSON has them.
fn base64(bytes: Vec<u8>) -> Value {
    let known = DescriptorPool::global();
    let wrapper = known.get_message_by_name("google.protobuf.BytesValue");
    let mut message = DynamicMessage::new(wrapper.unwrap());
    message.set_field_by_name("value", prost_reflect::Value::Bytes(bytes.into()));
    json(&message)
}

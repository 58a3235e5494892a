//! The contract as the service itself tells it, by reflection: a method that is
//! added is known here without a word.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use tokio_stream::StreamExt;
use tonic::transport::Channel;
use tonic_reflection::pb::v1 as reflection;

use reflection::server_reflection_request::MessageRequest;
use reflection::server_reflection_response::MessageResponse;

/// A method of a service.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    /// Such as `/practicum.v1.SiteService/GetSite`.
    pub(crate) path: String,
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) takes_many: bool,
    pub(crate) gives_many: bool,
}

/// Every method, message and enum, messages and enums by full name with a dot
/// in front.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    pub(crate) methods: Vec<Method>,
    pub(crate) messages: BTreeMap<String, DescriptorProto>,
    pub(crate) enums: BTreeMap<String, Vec<i32>>,
    /// What is written about a field, by message and name.
    comments: BTreeMap<(String, String), String>,
}

impl Contract {
    /// Asks a service for everything that it offers.
    pub(crate) async fn reflected(channel: Channel) -> Self {
        let list = MessageRequest::ListServices(String::new());
        let mut services = Vec::new();
        for answer in ask(&channel, vec![list]).await {
            if let MessageResponse::ListServicesResponse(list) = answer {
                services.extend(list.service.into_iter().map(|service| service.name));
            }
        }
        assert!(services.len() >= 9, "{services:?}");
        let questions = services
            .into_iter()
            .map(MessageRequest::FileContainingSymbol)
            .collect();
        let mut files = described(&channel, questions).await;
        // A service names the file of its own; what that imports is asked for
        // by name, until nothing is missing.
        loop {
            let missing: Vec<MessageRequest> = files
                .values()
                .flat_map(|file| &file.dependency)
                .filter(|name| !files.contains_key(*name))
                .map(|name| MessageRequest::FileByFilename(name.clone()))
                .collect();
            if missing.is_empty() {
                break;
            }
            files.extend(described(&channel, missing).await);
        }
        let mut contract = Self::default();
        for file in files.into_values() {
            contract.add(&file);
        }
        contract
    }

    fn add(&mut self, file: &FileDescriptorProto) {
        let package = format!(".{}", file.package());
        self.add_comments(file);
        for message in &file.message_type {
            self.add_message(&package, message);
        }
        for known in &file.enum_type {
            let numbers = known.value.iter().map(|value| value.number()).collect();
            self.enums
                .insert(format!("{package}.{}", known.name()), numbers);
        }
        for service in &file.service {
            for method in &service.method {
                let service = format!("{}.{}", file.package(), service.name());
                self.methods.push(Method {
                    path: format!("/{service}/{}", method.name()),
                    input: method.input_type().to_owned(),
                    output: method.output_type().to_owned(),
                    takes_many: method.client_streaming(),
                    gives_many: method.server_streaming(),
                });
            }
        }
    }

    fn add_comments(&mut self, file: &FileDescriptorProto) {
        let told = file.source_code_info.iter().flat_map(|info| &info.location);
        for location in told {
            // The numbers are those of `message_type` and of `field`.
            let [4, message, 2, field] = location.path[..] else {
                continue;
            };
            let place = |index: i32| usize::try_from(index).unwrap();
            let message = &file.message_type[place(message)];
            let field = message.field[place(field)].name().to_owned();
            let name = format!(".{}.{}", file.package(), message.name());
            let comment = location.leading_comments().to_owned();
            self.comments.insert((name, field), comment);
        }
    }

    /// Says whether the comment of a field says something.
    pub(super) fn says(&self, message: &str, field: &str, what: &str) -> bool {
        let key = (message.to_owned(), field.to_owned());
        self.comments
            .get(&key)
            .is_some_and(|comment| comment.contains(what))
    }

    /// Returns what kind of resource a field names, and what follows that name,
    /// as the comment of the field tells: `supervisor` and `/availability` for
    /// `programs/{program}/supervisors/{supervisor}/availability`.
    pub(super) fn named_by(&self, message: &str, field: &str) -> Option<(&str, &str)> {
        let key = (message.to_owned(), field.to_owned());
        let comment = self.comments.get(&key)?;
        let is_pattern = |part: &&str| part.starts_with("programs/{");
        let pattern = comment.split('`').find(is_pattern)?;
        let (before, suffix) = pattern.rsplit_once('}')?;
        let (_, kind) = before.rsplit_once('{')?;
        Some((kind, suffix))
    }

    fn add_message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = format!("{scope}.{}", message.name());
        for inner in &message.nested_type {
            self.add_message(&name, inner);
        }
        for known in &message.enum_type {
            let numbers = known.value.iter().map(|value| value.number()).collect();
            self.enums
                .insert(format!("{name}.{}", known.name()), numbers);
        }
        self.messages.insert(name, message.clone());
    }

    /// Returns a field of a message.
    pub(super) fn field(&self, message: &str, number: u32) -> Option<&FieldDescriptorProto> {
        let mut fields = self.fields(message).iter();
        fields.find(|field| u32::try_from(field.number()) == Ok(number))
    }

    /// Returns the fields of a message.
    pub(super) fn fields(&self, message: &str) -> &[FieldDescriptorProto] {
        &self.messages[message].field
    }
}

/// Says whether a field holds a message.
pub(super) fn is_message(field: &FieldDescriptorProto) -> bool {
    field.r#type() == Type::Message
}

/// Says whether a field holds a list.
pub(super) fn is_list(field: &FieldDescriptorProto) -> bool {
    field.label() == Label::Repeated
}

/// Returns the files that answer questions, by name.
async fn described(
    channel: &Channel,
    questions: Vec<MessageRequest>,
) -> BTreeMap<String, FileDescriptorProto> {
    let mut files = BTreeMap::new();
    for answer in ask(channel, questions).await {
        let MessageResponse::FileDescriptorResponse(found) = answer else {
            panic!("{answer:?}");
        };
        for bytes in found.file_descriptor_proto {
            let file = FileDescriptorProto::decode(bytes.as_slice()).unwrap();
            files.insert(file.name().to_owned(), file);
        }
    }
    files
}

async fn ask(channel: &Channel, questions: Vec<MessageRequest>) -> Vec<MessageResponse> {
    let mut client =
        reflection::server_reflection_client::ServerReflectionClient::new(channel.clone());
    let asked = questions
        .into_iter()
        .map(|question| reflection::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(question),
        });
    let answers = client
        .server_reflection_info(tokio_stream::iter(asked.collect::<Vec<_>>()))
        .await
        .unwrap();
    let answers = answers
        .into_inner()
        .map(|answer| answer.unwrap().message_response.unwrap());
    answers.collect().await
}

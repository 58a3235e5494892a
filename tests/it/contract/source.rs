//! The contract with the comments of its proto files.

use std::collections::BTreeMap;

use prost_reflect::{
    DescriptorPool, EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor,
    MethodDescriptor, ServiceDescriptor,
};

const PACKAGE: &str = "practicum.v1";

/// The descriptors of the contract, and what is written about each of them.
#[derive(Debug)]
pub(super) struct Source {
    pool: DescriptorPool,
    /// By file and the path of numbers that the descriptors use.
    comments: BTreeMap<(String, Vec<i32>), String>,
}

impl Source {
    /// Returns the contract that the service was built from.
    pub(super) fn load() -> Self {
        let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));
        let pool = DescriptorPool::decode(bytes.as_slice()).unwrap();
        let mut comments = BTreeMap::new();
        for file in pool.files() {
            let told = file.file_descriptor_proto().source_code_info.iter();
            for place in told.flat_map(|info| &info.location) {
                let lines = place.leading_comments().lines();
                let lines: Vec<&str> = lines
                    .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
                    .collect();
                let key = (file.name().to_owned(), place.path.clone());
                comments.insert(key, lines.join("\n").trim().to_owned());
            }
        }
        Self { pool, comments }
    }

    /// Returns the services by name.
    pub(super) fn services(&self) -> Vec<ServiceDescriptor> {
        let mut services: Vec<ServiceDescriptor> = self.pool.services().collect();
        services.retain(|service| service.package_name() == PACKAGE);
        services.sort_by(|a, b| a.name().cmp(b.name()));
        services
    }

    /// Returns the methods of all services.
    pub(super) fn methods(&self) -> Vec<MethodDescriptor> {
        let services = self.services().into_iter();
        services
            .flat_map(|service| service.methods().collect::<Vec<_>>())
            .collect()
    }

    /// Returns the messages by name.
    pub(super) fn messages(&self) -> Vec<MessageDescriptor> {
        let mut messages: Vec<MessageDescriptor> = self.pool.all_messages().collect();
        messages.retain(|message| message.package_name() == PACKAGE);
        messages.sort_by(|a, b| a.full_name().cmp(b.full_name()));
        messages
    }

    /// Returns the enums by name.
    pub(super) fn enums(&self) -> Vec<EnumDescriptor> {
        let mut enums: Vec<EnumDescriptor> = self.pool.all_enums().collect();
        enums.retain(|known| known.package_name() == PACKAGE);
        enums.sort_by(|a, b| a.full_name().cmp(b.full_name()));
        enums
    }

    /// Returns a method by a name such as `SiteService/GetSite`.
    pub(super) fn method(&self, name: &str) -> MethodDescriptor {
        let mut methods = self.methods().into_iter();
        let found = methods.find(|method| short_name(method) == name);
        found.unwrap_or_else(|| panic!("the contract has no {name}"))
    }

    /// Returns what is written about something.
    pub(super) fn about(&self, file: &FileDescriptor, path: &[i32]) -> &str {
        let key = (file.name().to_owned(), path.to_vec());
        self.comments.get(&key).map_or("", String::as_str)
    }

    /// Returns what is written about a method.
    pub(super) fn about_method(&self, method: &MethodDescriptor) -> &str {
        self.about(&method.parent_file(), method.path())
    }

    /// Returns what is written about a field.
    pub(super) fn about_field(&self, field: &FieldDescriptor) -> &str {
        self.about(&field.parent_file(), field.path())
    }
}

/// Returns a name such as `SiteService/GetSite`.
pub(super) fn short_name(method: &MethodDescriptor) -> String {
    format!("{}/{}", method.parent_service().name(), method.name())
}

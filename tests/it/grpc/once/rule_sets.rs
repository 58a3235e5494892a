//! The writes of rule sets.

use practicum::grpc::pb;
use prost::Message;

use super::super::rule_sets::toml;
use super::{Sent, id};
use crate::support::service::Service;

pub(super) async fn write_rule_sets(service: &Service, sent: &mut Sent) {
    let created = send!(
        sent,
        service.rule_sets(),
        create_rule_set,
        CreateRuleSetRequest {
            parent: "programs/north".to_owned(),
            toml: toml("own", "", 60),
        }
    );
    let name = created.rule_set.unwrap().name;
    send!(
        sent,
        service.rule_sets(),
        update_rule_set,
        UpdateRuleSetRequest {
            name: name.clone(),
            toml: toml("own", "", 90),
            etag: String::new(),
        }
    );
    send!(
        sent,
        service.rule_sets(),
        delete_rule_set,
        DeleteRuleSetRequest {
            name,
            etag: String::new(),
        }
    );
}

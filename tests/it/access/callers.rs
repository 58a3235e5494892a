//! Users of a service under test, and clients that sign in by a key.

use practicum::app::{Actor, App, NewUser};
use practicum::domain::{AccessRole, UserName};
use practicum::grpc::pb;
use secrecy::ExposeSecret;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// Sends a key with every call.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    pub(crate) fn new(key: &str) -> Self {
        Self(format!("Bearer {key}").parse().unwrap())
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let header = self.0.clone();
        request.metadata_mut().insert("authorization", header);
        Ok(request)
    }
}

/// A connection that signs in.
pub(crate) type Signed = InterceptedService<Channel, Bearer>;

/// Returns a connection that signs in by a key.
pub(crate) fn signed(channel: &Channel, key: &str) -> Signed {
    InterceptedService::new(channel.clone(), Bearer::new(key))
}

pub(crate) type Access = pb::access_service_client::AccessServiceClient<Signed>;
pub(crate) type Programs = pb::program_service_client::ProgramServiceClient<Signed>;

pub(crate) fn access(channel: &Channel, key: &str) -> Access {
    Access::new(signed(channel, key))
}

pub(crate) fn programs(channel: &Channel, key: &str) -> Programs {
    Programs::new(signed(channel, key))
}

/// Creates a user such as `ada` or `north/ada` as the operator.
pub(crate) async fn user(app: &App, name: &str, role: AccessRole) -> UserName {
    let name: UserName = name.parse().unwrap();
    let new = NewUser {
        realm: name.realm.clone(),
        key: Some(name.key.clone()),
        role,
    };
    app.create_user(&Actor::operator(), new).await.unwrap();
    name
}

/// Returns a new key for a user.
pub(crate) async fn key(app: &App, user: &UserName) -> String {
    let issued = app.create_api_key(&Actor::operator(), user, None).await;
    issued.unwrap().text.expose_secret().to_owned()
}

/// Creates a user and returns a key for it.
pub(crate) async fn signed_up(app: &App, name: &str, role: AccessRole) -> String {
    let user = user(app, name, role).await;
    key(app, &user).await
}

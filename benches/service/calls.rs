//! What a client calls, and on which trainee next.

use anyhow::ensure;
use practicum::grpc::pb;
use practicum::grpc::pb::trainee_service_client::TraineeServiceClient;
use prost::Message;
use prost_types::FieldMask;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::echo::EchoClient;

/// Rows of a page in `List`.
const PAGE_SIZE: i32 = 100;
/// Priorities that updates go through, so that each changes the row.
const PRIORITIES: i32 = 100;
/// Step from one trainee to the next: a prime, so that calls come to trainees
/// far apart and to all of them.
const STRIDE: usize = 7919;

/// A method that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Method {
    /// `GetTrainee`.
    Get,
    /// `ListTrainees`, page after page.
    List,
    /// `UpdateTrainee` of one field.
    Update,
    /// The echo server's only method.
    Echo,
}

impl Method {
    pub(crate) fn is_of_the_service(self) -> bool {
        match self {
            Self::Get | Self::List | Self::Update => true,
            Self::Echo => false,
        }
    }
}

/// Sends a key, where there is one, with every call.
#[derive(Clone, Debug, Default)]
pub(crate) struct SendKey(Option<MetadataValue<Ascii>>);

impl SendKey {
    pub(crate) fn new(key: &str) -> anyhow::Result<Self> {
        let mut header: MetadataValue<Ascii> = format!("Bearer {key}").parse()?;
        header.set_sensitive(true);
        Ok(Self(Some(header)))
    }
}

impl Interceptor for SendKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.0 {
            let headers = request.metadata_mut();
            headers.insert("authorization", header.clone());
        }
        Ok(request)
    }
}

/// A connection, with the key of its client.
pub(crate) type Line = InterceptedService<Channel, SendKey>;

/// One client: its connection, and where it stands.
pub(crate) enum Caller {
    Get {
        client: TraineeServiceClient<Line>,
        walk: Walk,
    },
    List {
        client: TraineeServiceClient<Line>,
        program: String,
        page_token: String,
    },
    Update {
        client: TraineeServiceClient<Line>,
        walk: Walk,
        priority: i32,
    },
    Echo {
        client: EchoClient,
        answer_bytes: u32,
    },
}

/// Walks over all trainees.
pub(crate) struct Walk {
    names: Vec<String>,
    at: usize,
}

impl Walk {
    /// Returns a walk that no other client's follows.
    fn new(names: &[String], client: u32) -> Self {
        let at = usize::try_from(client).unwrap_or(0) * 31;
        let names = names.to_vec();
        Self { names, at }
    }

    fn next(&mut self) -> String {
        self.at = (self.at + STRIDE) % self.names.len();
        self.names[self.at].clone()
    }
}

impl Caller {
    pub(crate) fn get(line: Line, names: &[String], client: u32) -> Self {
        Self::Get {
            client: TraineeServiceClient::new(line),
            walk: Walk::new(names, client),
        }
    }

    pub(crate) fn list(line: Line, program: &str) -> Self {
        Self::List {
            client: TraineeServiceClient::new(line),
            program: format!("programs/{program}"),
            page_token: String::new(),
        }
    }

    pub(crate) fn update(line: Line, names: &[String], client: u32) -> Self {
        Self::Update {
            client: TraineeServiceClient::new(line),
            walk: Walk::new(names, client),
            priority: 1,
        }
    }

    pub(crate) fn echo(line: Line, answer_bytes: u32) -> Self {
        Self::Echo {
            client: EchoClient::new(line),
            answer_bytes,
        }
    }

    /// Makes one call and returns how many bytes its answer has.
    pub(crate) async fn call(&mut self) -> Result<usize, Status> {
        match self {
            Self::Get { client, walk } => {
                let name = walk.next();
                let answer = client.get_trainee(pb::GetTraineeRequest { name }).await?;
                Ok(answer.get_ref().encoded_len())
            }
            Self::List {
                client,
                program,
                page_token,
            } => {
                let request = pb::ListTraineesRequest {
                    parent: program.clone(),
                    page_size: PAGE_SIZE,
                    page_token: std::mem::take(page_token),
                    ..Default::default()
                };
                let answer = client.list_trainees(request).await?.into_inner();
                let bytes = answer.encoded_len();
                *page_token = answer.next_page_token;
                Ok(bytes)
            }
            Self::Update {
                client,
                walk,
                priority,
            } => {
                *priority = *priority % PRIORITIES + 1;
                let request = update_of_priority(walk.next(), *priority);
                let answer = client.update_trainee(request).await?;
                Ok(answer.get_ref().encoded_len())
            }
            Self::Echo {
                client,
                answer_bytes,
            } => client.call(*answer_bytes).await,
        }
    }
}

fn update_of_priority(name: String, priority: i32) -> pb::UpdateTraineeRequest {
    pb::UpdateTraineeRequest {
        trainee: Some(pb::Trainee {
            name,
            priority,
            ..Default::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["priority".to_owned()],
        }),
        ..Default::default()
    }
}

/// Returns the names of all trainees of a program.
pub(crate) async fn trainee_names(line: Line, program: &str) -> anyhow::Result<Vec<String>> {
    let mut client = TraineeServiceClient::new(line);
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListTraineesRequest {
            parent: format!("programs/{program}"),
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let answer = client.list_trainees(request).await?.into_inner();
        names.extend(answer.trainees.into_iter().map(|trainee| trainee.name));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    ensure!(
        !names.is_empty(),
        "the program \"{program}\" has no trainees"
    );
    Ok(names)
}

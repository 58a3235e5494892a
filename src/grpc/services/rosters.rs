//! `RosterService`: whole folders in and out, in pieces.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use super::super::convert::names::round_name;
use super::super::convert::rosters;
use super::super::pb;
use super::super::per_caller::Counts;
use super::super::request::{caller_before_body, hexadecimal, once, opened, read};
use super::super::status::{invalid_field, status};
use crate::app::{Actor, App, AppError, RosterSource, check_may_import};
use crate::roster::{FolderFiles, MAX_FILE_BYTES, ROSTER_FILES, is_roster_file};

/// Longest wait for the next piece of an import.
const PIECE_WAIT: Duration = Duration::from_secs(60);
/// Imports that are received from one caller at a time: each may hold
/// [`MAX_FILE_BYTES`] in memory.
const RECEIVED_MOST: usize = 8;
/// Bytes of one piece of an import at most.
const PIECE_BYTES_MAX: usize = 1 << 20;
/// Bytes of one piece of an export.
const PIECE_BYTES: usize = 64 * 1024;

/// Answers the calls on rosters.
#[derive(Clone, Debug)]
pub(in super::super) struct RosterCalls {
    app: App,
    received: Arc<Counts>,
}

impl RosterCalls {
    pub(in super::super) fn new(app: App) -> Self {
        let received = Counts::new(RECEIVED_MOST);
        Self { app, received }
    }
}

#[tonic::async_trait]
impl pb::roster_service_server::RosterService for RosterCalls {
    type ExportRosterStream =
        std::pin::Pin<Box<dyn Stream<Item = Result<pb::ExportRosterResponse, Status>> + Send>>;

    async fn import_roster(
        &self,
        request: Request<Streaming<pb::ImportRosterRequest>>,
    ) -> Result<Response<pb::ImportRosterResponse>, Status> {
        let (actor, mut stream) = opened(request)?;
        let header = receive_header(&mut stream).await?;
        let asking = actor.clone();
        let (caller, program, mode) = read(|fields| {
            let mut within = fields.at("header");
            let id = &header.request_id;
            let caller = caller_before_body(asking, "ImportRoster", id, &mut within);
            let program = within.program_name("parent", &header.parent);
            let mode = within.choice("mode", header.mode, rosters::read_mode);
            Some((caller?, program?, mode?))
        })?;
        // The use case asks too, but only once a whole folder was taken.
        check_may_import(&actor, &program)?;
        let place = self.received.take(&actor);
        let _place = place.ok_or_else(|| status(self.received.too_many_streams()))?;
        let files = receive_files(&mut stream).await?;
        let caller = caller.with_body(|| body_sha256(&header, &files));
        let source = RosterSource::Files(files);
        if header.validate_only {
            let checked = self
                .app
                .import_roster(&actor, Some(&program), source, mode, true);
            return match Box::pin(checked).await {
                Ok(report) => Ok(Response::new(rosters::report(&report))),
                Err(AppError::InvalidRoster(errors)) => {
                    Ok(Response::new(rosters::mistakes(&errors)))
                }
                Err(error) => Err(status(error)),
            };
        }
        let import = |actor: Actor| async move {
            let imported = self
                .app
                .import_roster(&actor, Some(&program), source, mode, false);
            Ok(Box::pin(imported).await?)
        };
        once(&self.app, caller, rosters::report, import).await
    }

    async fn export_roster(
        &self,
        request: Request<pb::ExportRosterRequest>,
    ) -> Result<Response<Self::ExportRosterStream>, Status> {
        let (actor, request) = opened(request)?;
        let (program, round) =
            read(|fields| fields.resource_name("round", &request.round, "rounds"))?;
        let files = self.app.export_roster(&actor, &program, &round).await;
        let files = files.map_err(status)?;
        tracing::debug!(round = %round_name(&program, &round), "exports a roster");
        let answer = |piece| Ok(pb::ExportRosterResponse { piece: Some(piece) });
        let answers = pieces(&files).into_iter().map(answer);
        Ok(Response::new(Box::pin(tokio_stream::iter(answers))))
    }
}

/// Receives the header of an import.
async fn receive_header(
    stream: &mut Streaming<pb::ImportRosterRequest>,
) -> Result<pb::ImportRosterHeader, Status> {
    match next_part(stream).await? {
        Some(pb::import_roster_request::Part::Header(header)) => Ok(header),
        Some(pb::import_roster_request::Part::Piece(_)) | None => {
            let message = "must be the first message of the stream";
            Err(invalid_field("header", "required", message))
        }
    }
}

/// Receives the files that follow the header of an import.
async fn receive_files(
    stream: &mut Streaming<pb::ImportRosterRequest>,
) -> Result<FolderFiles, Status> {
    let mut contents: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut bytes: u64 = 0;
    while let Some(part) = next_part(stream).await? {
        let pb::import_roster_request::Part::Piece(piece) = part else {
            let message = "must come once, as the first message of the stream";
            return Err(invalid_field("header", "order", message));
        };
        if !is_roster_file(&piece.file_name) {
            let message = format!(
                "is no file of a roster; allowed are {}, and rules/ID.toml",
                ROSTER_FILES.join(", ")
            );
            return Err(invalid_field("piece.file_name", "file_name", &message));
        }
        if piece.contents.len() > PIECE_BYTES_MAX {
            let message = format!(
                "has {} bytes, at most {PIECE_BYTES_MAX} are allowed; send the file in more pieces",
                piece.contents.len()
            );
            return Err(invalid_field("piece.contents", "max_bytes", &message));
        }
        bytes = bytes.saturating_add(u64::try_from(piece.contents.len()).unwrap_or(u64::MAX));
        if bytes > MAX_FILE_BYTES {
            return Err(status(AppError::TooLarge {
                what: "bytes",
                limit: MAX_FILE_BYTES,
                count: bytes,
            }));
        }
        contents
            .entry(piece.file_name)
            .or_default()
            .extend(piece.contents);
    }
    let mut files = FolderFiles::default();
    for (name, bytes) in contents {
        files.insert(&name, bytes);
    }
    Ok(files)
}

/// Returns what the next message carries; `None` at the end of the stream.
async fn next_part(
    stream: &mut Streaming<pb::ImportRosterRequest>,
) -> Result<Option<pb::import_roster_request::Part>, Status> {
    let message = tokio::time::timeout(PIECE_WAIT, stream.message()).await;
    let message = message.map_err(|_| status(AppError::DeadlineExceeded))??;
    match message.map(|message| message.part) {
        None => Ok(None),
        Some(Some(part)) => Ok(Some(part)),
        Some(None) => {
            let message = "is required in every message: the header, then pieces";
            Err(invalid_field("part", "required", message))
        }
    }
}

fn body_sha256(header: &pb::ImportRosterHeader, files: &FolderFiles) -> String {
    let mut hash = Sha256::new();
    hash.update(prost::Message::encode_to_vec(header));
    hash.update(files.to_bytes());
    hexadecimal(&hash.finalize())
}

/// Returns a folder in pieces; an empty file has one, which is empty.
pub(super) fn pieces(files: &FolderFiles) -> Vec<pb::FilePiece> {
    let mut pieces = Vec::new();
    for (name, contents) in files.iter() {
        let chunks = contents.chunks(PIECE_BYTES);
        let empty = contents.is_empty().then_some(contents);
        for chunk in chunks.chain(empty) {
            pieces.push(pb::FilePiece {
                file_name: name.to_owned(),
                contents: chunk.to_vec(),
            });
        }
    }
    pieces
}

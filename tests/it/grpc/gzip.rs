//! Compressed messages: taken, sent to those who take them, and no larger than
//! others once they are unpacked.

use practicum::grpc::pb;
use prost::Message;
use tonic::Code;
use tonic::codec::CompressionEncoding::Gzip;

use crate::support::plain_http2::call;
use crate::support::server::Server;
use crate::support::service::{Service, reason};

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_for_those_who_take_them() {
    let service = Service::start().await.with_program().await;
    let path = "/practicum.v1.ProgramService/ListPrograms";
    let message = pb::ListProgramsRequest::default().encode_to_vec();
    let accepts = [("grpc-accept-encoding", "identity,deflate,gzip")];
    let answer = call(service.address, path, &accepts, &message).await;
    assert_eq!(answer.status.code(), Code::Ok);
    assert_eq!(answer.headers.get("grpc-encoding").unwrap(), "gzip");
    // The first byte says that the message is compressed, and gzip begins so.
    assert_eq!(answer.body[0], 1);
    assert_eq!(answer.body[5..7], [0x1f, 0x8b]);
    let answer = call(service.address, path, &[], &message).await;
    assert!(!answer.headers.contains_key("grpc-encoding"));
    assert_eq!(answer.body[0], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn takes_messages_that_are_compressed() {
    let service = Service::start().await.with_program().await;
    let mut programs = service
        .programs()
        .send_compressed(Gzip)
        .accept_compressed(Gzip);
    let name = "programs/north".to_owned();
    let request = pb::GetProgramRequest { name: name.clone() };
    let answer = programs.get_program(request).await.unwrap().into_inner();
    assert_eq!(answer.program.unwrap().name, name);
}

/// Returns the most memory that a process had, in KiB.
fn peak(process: u32) -> u64 {
    let about = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = about.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.unwrap().split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

/// Off: `max_decoding_message_size` left out in `src/grpc/server.rs`.
#[test]
fn a_message_that_is_large_once_unpacked_is_refused_and_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("practicum.db").display().to_string();
    let server = Server::start(&database, &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bomb = || async {
        let programs = pb::program_service_client::ProgramServiceClient::new(server.channel());
        // 64 KiB on the wire.
        let request = pb::GetProgramRequest {
            name: "x".repeat(64 << 20),
        };
        programs
            .send_compressed(Gzip)
            .get_program(request)
            .await
            .unwrap_err()
    };
    let refused = runtime.block_on(bomb());
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert_eq!(reason(&refused), "TOO_LARGE");
    let before = peak(server.id());
    runtime.block_on(async {
        for _ in 0..8 {
            let refused = bomb().await;
            assert_eq!(reason(&refused), "TOO_LARGE", "{refused:?}");
        }
    });
    let grown = peak(server.id()) - before;
    assert!(grown < 32 << 10, "{grown} KiB more than {before} KiB");
}

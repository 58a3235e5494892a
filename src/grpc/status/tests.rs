//! Every error has its code, its reason and its place in the docs.

use std::collections::BTreeSet;
use std::error::Error;

use super::*;
use crate::domain::{EntityKind, Permission};

/// Every error that a use case can end in, with the code and the reason
/// that callers rely on.
#[expect(clippy::too_many_lines, reason = "a table of every error")]
fn every_error() -> Vec<(AppError, Code, &'static str)> {
    let kind = EntityKind::Site;
    let key = || "harbour".to_owned();
    let source = || Box::<dyn Error + Send + Sync>::from("SELECT secret FROM hidden");
    let precondition = |reason| AppError::FailedPrecondition(reason);
    let run = || "r-1".to_owned();
    let files = crate::roster::FolderFiles::default();
    let roster = crate::roster::read_roster(&files).unwrap_err();
    let held = Code::FailedPrecondition;
    vec![
        (
            AppError::Invalid(Violations::one("site.capacity", "range", "is too large")),
            Code::InvalidArgument,
            "INVALID_FIELDS",
        ),
        (
            AppError::InvalidRoster(roster),
            Code::InvalidArgument,
            "INVALID_ROSTER",
        ),
        (
            AppError::NotFound { kind, key: key() },
            Code::NotFound,
            "NOT_FOUND",
        ),
        (
            AppError::AlreadyExists { kind, key: key() },
            Code::AlreadyExists,
            "ALREADY_EXISTS",
        ),
        (
            precondition(Reason::OtherProgram {
                folder: key(),
                named: run(),
            }),
            held,
            "OTHER_PROGRAM",
        ),
        (
            precondition(Reason::RunEnded {
                run: run(),
                state: "failed",
            }),
            held,
            "RUN_ENDED",
        ),
        (
            precondition(Reason::NoPlan {
                run: run(),
                state: "queued",
            }),
            held,
            "NO_PLAN",
        ),
        (
            precondition(Reason::RoundClosed { round: key() }),
            held,
            "ROUND_CLOSED",
        ),
        (
            precondition(Reason::WrongRoundState {
                round: key(),
                state: "matching",
                allowed: "draft",
            }),
            held,
            "WRONG_ROUND_STATE",
        ),
        (
            precondition(Reason::OtherRound {
                run: run(),
                round: key(),
                named: key(),
            }),
            held,
            "OTHER_ROUND",
        ),
        (
            precondition(Reason::AlreadyPublished {
                round: key(),
                run: run(),
            }),
            held,
            "ALREADY_PUBLISHED",
        ),
        (
            precondition(Reason::NotARepair {
                run: run(),
                published: run(),
            }),
            held,
            "NOT_A_REPAIR",
        ),
        (
            precondition(Reason::ZoneDataChanged {
                run: run(),
                plan: "2026e".to_owned(),
                server: "2026f".to_owned(),
            }),
            held,
            "ZONE_DATA_CHANGED",
        ),
        (
            precondition(Reason::NotPublished { round: key() }),
            held,
            "NOT_PUBLISHED",
        ),
        (
            precondition(Reason::PlanReplaced {
                plan: run(),
                published: run(),
            }),
            held,
            "PLAN_REPLACED",
        ),
        (
            precondition(Reason::NotSupervised {
                supervisor: key(),
                trainee: key(),
                plan: run(),
            }),
            held,
            "NOT_SUPERVISED",
        ),
        (
            precondition(Reason::NoTrainees { round: run() }),
            held,
            "NO_TRAINEES",
        ),
        (
            precondition(Reason::TraineeMatched {
                trainee: key(),
                run: run(),
            }),
            held,
            "TRAINEE_MATCHED",
        ),
        (
            precondition(Reason::TakesPart {
                kind,
                key: key(),
                round: run(),
            }),
            held,
            "TAKES_PART",
        ),
        (
            precondition(Reason::PinAgainstForbid {
                trainee: key(),
                target: run(),
                already: "pinned",
            }),
            held,
            "PIN_AGAINST_FORBID",
        ),
        (
            precondition(Reason::AlreadyRevoked { kind, key: key() }),
            held,
            "ALREADY_REVOKED",
        ),
        (precondition(Reason::OwnAccess), held, "OWN_ACCESS"),
        (
            AppError::Forbidden {
                permission: Permission::RunWrite,
            },
            Code::PermissionDenied,
            "FORBIDDEN",
        ),
        (
            AppError::Hidden { kind, key: key() },
            Code::NotFound,
            "NOT_FOUND",
        ),
        (
            AppError::Unauthenticated,
            Code::Unauthenticated,
            "UNAUTHENTICATED",
        ),
        (AppError::Contended, Code::Aborted, "CONTENDED"),
        (
            AppError::StaleEtag {
                kind,
                key: key(),
                current: 7,
            },
            Code::Aborted,
            "STALE_ETAG",
        ),
        (
            AppError::TooLarge {
                what: "bytes",
                limit: 1,
                count: 2,
            },
            Code::ResourceExhausted,
            "TOO_LARGE",
        ),
        (
            AppError::RateLimited {
                retry_after: Duration::from_millis(40),
            },
            Code::ResourceExhausted,
            "RATE_LIMITED",
        ),
        (
            AppError::TooManyStreams {
                limit: 2,
                retry_after_seconds: 1,
            },
            Code::ResourceExhausted,
            "TOO_MANY_STREAMS",
        ),
        (
            AppError::Overloaded {
                retry_after_seconds: 3,
            },
            Code::Unavailable,
            "OVERLOADED",
        ),
        (
            AppError::DeadlineExceeded,
            Code::DeadlineExceeded,
            "DEADLINE_EXCEEDED",
        ),
        (AppError::Cancelled, Code::Cancelled, "CANCELLED"),
        (
            AppError::Unavailable(source()),
            Code::Unavailable,
            "UNAVAILABLE",
        ),
        (AppError::Internal(source()), Code::Internal, "INTERNAL"),
    ]
}

fn every_reason() -> impl Iterator<Item = ErrorReason> {
    (1..=99).filter_map(|number| ErrorReason::try_from(number).ok())
}

#[test]
fn each_error_has_its_code_and_its_reason() {
    let mut told = BTreeSet::new();
    for (error, code, reason) in every_error() {
        let status = status(error);
        assert_eq!(status.code(), code, "{reason}");
        let info = status.get_details_error_info().unwrap();
        assert_eq!(
            (info.domain.as_str(), info.reason.as_str()),
            (ERROR_DOMAIN, reason)
        );
        assert!(!status.message().contains("secret"), "{}", status.message());
        assert!(!status.details().windows(6).any(|bytes| bytes == b"secret"));
        told.insert(info.reason);
    }
    // What an answer tells, and no error.
    told.insert("SECRET_ALREADY_SHOWN".to_owned());
    let all: BTreeSet<String> = every_reason()
        .map(|reason| reason_name(reason).to_owned())
        .collect();
    assert_eq!(told, all);
}

#[test]
fn what_can_be_tried_again_says_when() {
    for (error, _, reason) in every_error() {
        let is_later = [
            "CONTENDED",
            "RATE_LIMITED",
            "TOO_MANY_STREAMS",
            "OVERLOADED",
            "UNAVAILABLE",
        ]
        .contains(&reason);
        let retry = status(error).get_details_retry_info();
        assert_eq!(retry.is_some(), is_later, "{reason}");
    }
}

#[test]
fn a_stale_etag_tells_the_current_one() {
    let kind = EntityKind::Trainee;
    let key = "t-1".to_owned();
    let stale = status(AppError::StaleEtag {
        kind,
        key,
        current: 12,
    });
    let info = stale.get_details_error_info().unwrap();
    assert_eq!(info.metadata["current_etag"], "12");
}

#[test]
fn a_thousand_violations_stay_under_eight_kibibytes() {
    let mut violations = Violations::default();
    for index in 0..1000 {
        violations.add(format!("sites[{index}].name"), "name", "漢".repeat(500));
    }
    let status = status(AppError::Invalid(violations));
    // As a header, details grow by a third and each byte of a message that
    // is not ASCII by three.
    assert!(
        status.details().len() * 4 / 3 < 8 << 10,
        "{}",
        status.details().len()
    );
    let fields = status.get_details_bad_request().unwrap().field_violations;
    assert!(fields.len() >= 3, "{}", fields.len());
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.metadata["violations"], "1000");
}

#[test]
fn the_docs_have_a_heading_for_each_reason() {
    let docs = include_str!("../../../docs/errors.md");
    let headings: Vec<&str> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    let reasons: Vec<&str> = every_reason().map(reason_name).collect();
    assert_eq!(headings, reasons);
}

#[test]
fn a_hidden_record_reads_like_a_missing_one() {
    let kind = EntityKind::Supervisor;
    let key = || "amara".to_owned();
    let missing = status(AppError::NotFound { kind, key: key() });
    let hidden = status(AppError::Hidden { kind, key: key() });
    assert_eq!(
        (hidden.code(), hidden.message()),
        (missing.code(), missing.message())
    );
    // Details hold a map, whose order in the bytes is chance.
    let details = |status: &Status| {
        let info = status.get_details_error_info().unwrap();
        let metadata: std::collections::BTreeMap<_, _> = info.metadata.into_iter().collect();
        let named = status.get_details_resource_info().unwrap();
        format!("{} {metadata:?} {named:?}", info.reason)
    };
    assert_eq!(details(&hidden), details(&missing));
    assert_eq!(hidden.details().len(), missing.details().len());
    assert_eq!(hidden.metadata().len(), missing.metadata().len());
}

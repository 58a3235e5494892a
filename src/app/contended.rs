//! Tries again what others got in the way of: the one place that does.
//!
//! Writers of one program wait for one another in the database. What fails all
//! the same, such as a deadlock or a file that another process recovers, fails
//! at once, and a moment later it works.

use std::time::{Duration, Instant};

use crate::store::StoreError;

/// How often something is tried.
const TRIES: u32 = 5;
/// How long a further try may still begin; who waited longer in the database
/// has waited enough.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest pause before the second try; it doubles with each further one.
const PAUSE: Duration = Duration::from_millis(10);

/// Returns what an attempt gives, which is made again while others are in its
/// way.
///
/// # Errors
/// Those of the attempt; [`StoreError::Contended`] when patience ended.
pub(super) async fn again<T, F>(attempt: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let started = Instant::now();
    let mut tries = 0;
    loop {
        let tried = attempt().await;
        tries += 1;
        let is_contended = matches!(tried, Err(StoreError::Contended(_)));
        if !is_contended || tries == TRIES || started.elapsed() > PATIENCE {
            return tried;
        }
        tokio::time::sleep(pause(tries)).await;
    }
}

/// Returns a pause that differs from caller to caller, so that two do not meet
/// again.
fn pause(tries: u32) -> Duration {
    let longest = (PAUSE * 2_u32.pow(tries)).as_micros();
    let spread = uuid::Uuid::now_v7().as_u128() % longest;
    Duration::from_micros(u64::try_from(spread).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn contended() -> StoreError {
        StoreError::Contended(sqlx::Error::WorkerCrashed)
    }

    #[tokio::test]
    async fn tries_again_until_nobody_is_in_the_way() {
        let tries = AtomicU32::new(0);
        let got = again(|| async {
            match tries.fetch_add(1, Ordering::SeqCst) {
                0..3 => Err(contended()),
                tried => Ok(tried),
            }
        });
        assert_eq!(got.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn gives_up_in_the_end() {
        let tries = AtomicU32::new(0);
        let got = again(|| async {
            tries.fetch_add(1, Ordering::SeqCst);
            Err::<(), _>(contended())
        });
        assert!(matches!(got.await, Err(StoreError::Contended(_))));
        assert_eq!(tries.into_inner(), TRIES);
    }

    #[tokio::test]
    async fn never_repeats_what_others_are_not_to_blame_for() {
        let tries = AtomicU32::new(0);
        let got = again(|| async {
            tries.fetch_add(1, Ordering::SeqCst);
            let run = "r-1".to_owned();
            Err::<(), _>(StoreError::Fenced { run })
        });
        assert!(matches!(got.await, Err(StoreError::Fenced { .. })));
        assert_eq!(tries.into_inner(), 1);
    }
}

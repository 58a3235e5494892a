//! Reads of single records, of which those that wait at the same time are made
//! by one statement.
//!
//! To reach a database takes longer than to find a record in it. Whoever wants
//! a record leaves its key with the others; readers take what is left there, so
//! that the next statement is for all who came during the last. Each answer
//! comes from a statement that began after it was asked for, as if each had
//! read alone. Only where one statement for many is as fast as one for one: on
//! SQLite.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::yield_now;

use crate::store::{KeyRange, ProgramScope, StoreError};

/// Readers at a time: while one reads, the next gathers.
const READERS_MOST: usize = 2;

/// Reads of the records of one table.
#[derive(Debug)]
pub(super) struct Gathered<V>(Arc<Mutex<Asked<V>>>);

/// Who waits, and who reads for them.
#[derive(Debug)]
struct Asked<V> {
    waiting: Vec<Ask<V>>,
    readers: usize,
}

#[derive(Debug)]
struct Ask<V> {
    scope: ProgramScope,
    key: String,
    answer: oneshot::Sender<Option<V>>,
}

impl<V> Default for Gathered<V> {
    fn default() -> Self {
        let asked = Asked {
            waiting: Vec::new(),
            readers: 0,
        };
        Self(Arc::new(Mutex::new(asked)))
    }
}

impl<V: Clone + Send + 'static> Gathered<V> {
    /// Returns the record of a key, if there is one. `read` returns the records
    /// of some keys of a program, each with its key.
    ///
    /// # Errors
    /// Those of `read`, where it fails for this key.
    pub(super) async fn find<R, F>(
        &self,
        scope: ProgramScope,
        key: &str,
        read: R,
    ) -> Result<Option<V>, StoreError>
    where
        R: Fn(ProgramScope, KeyRange) -> F + Clone + Send + 'static,
        F: Future<Output = Result<Vec<(String, V)>, StoreError>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let ask = Ask {
            scope,
            key: key.to_owned(),
            answer,
        };
        if let Some(reader) = self.ask(ask) {
            tokio::spawn(reader.read_for_all(read.clone()));
        }
        if let Ok(found) = answered.await {
            return Ok(found);
        }
        // It may be the record of another that could not be read.
        read_alone(scope, key, read).await
    }

    /// Lets one wait with the others; returns a reader where there are not yet
    /// enough.
    fn ask(&self, ask: Ask<V>) -> Option<Reader<V>> {
        let mut asked = lock(&self.0);
        asked.waiting.push(ask);
        if asked.readers == READERS_MOST {
            return None;
        }
        asked.readers += 1;
        Some(Reader(Arc::clone(&self.0)))
    }
}

/// Returns the record of a key, read by a statement of its own.
///
/// # Errors
/// Those of `read`.
pub(super) async fn read_alone<V, F>(
    scope: ProgramScope,
    key: &str,
    read: impl Fn(ProgramScope, KeyRange) -> F,
) -> Result<Option<V>, StoreError>
where
    F: Future<Output = Result<Vec<(String, V)>, StoreError>>,
{
    // Large, and not part of what every call carries.
    let mut found = Box::pin(read(scope, KeyRange::one(key))).await?;
    Ok(found.pop().map(|(_, record)| record))
}

fn lock<V>(asked: &Mutex<Asked<V>>) -> MutexGuard<'_, Asked<V>> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One who reads for all who wait, until nobody does.
struct Reader<V>(Arc<Mutex<Asked<V>>>);

impl<V: Clone> Reader<V> {
    async fn read_for_all<F>(self, read: impl Fn(ProgramScope, KeyRange) -> F)
    where
        F: Future<Output = Result<Vec<(String, V)>, StoreError>>,
    {
        loop {
            // Calls that have come and were not yet looked at can ask as well.
            yield_now().await;
            let Some((scope, asks)) = self.take() else {
                return;
            };
            let keys = KeyRange::of(asks.iter().map(|ask| ask.key.as_str()));
            // Whoever gets no answer reads for itself, and hears what is wrong.
            if let Ok(found) = read(scope, keys).await {
                tell(asks, found);
            }
        }
    }

    /// Takes all who wait for records of the program of the first of them.
    fn take(&self) -> Option<(ProgramScope, Vec<Ask<V>>)> {
        let mut asked = lock(&self.0);
        let scope = asked.waiting.first()?.scope;
        let asks = asked.waiting.extract_if(.., |ask| ask.scope == scope);
        Some((scope, asks.collect()))
    }
}

impl<V> Drop for Reader<V> {
    /// Leaves nobody waiting for a reader that is not there.
    fn drop(&mut self) {
        let mut asked = lock(&self.0);
        asked.readers -= 1;
        if asked.readers == 0 {
            asked.waiting.clear();
        }
    }
}

/// Answers all who asked from what was found. Who has gone needs no answer.
fn tell<V: Clone>(asks: Vec<Ask<V>>, found: Vec<(String, V)>) {
    let mut waiting: HashMap<String, Vec<oneshot::Sender<Option<V>>>> = HashMap::new();
    for ask in asks {
        waiting.entry(ask.key).or_default().push(ask.answer);
    }
    for (key, record) in found {
        let mut answers = waiting.remove(&key).unwrap_or_default();
        let last = answers.pop();
        for answer in answers {
            let _ = answer.send(Some(record.clone()));
        }
        if let Some(last) = last {
            let _ = last.send(Some(record));
        }
    }
    for answer in waiting.into_values().flatten() {
        let _ = answer.send(None);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::domain::EntityKind;

    const SCOPE: ProgramScope = ProgramScope::EVERY_PROGRAM;

    /// A table in which each key but "none" has itself as its record; "bad"
    /// cannot be read, nor what is read with it, and who reads "panics" does.
    /// Reads wait at the gate.
    struct Table {
        gathered: Gathered<String>,
        reads: AtomicUsize,
        gate: Semaphore,
    }

    type Found = Result<Option<String>, StoreError>;

    impl Table {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                gathered: Gathered::default(),
                reads: AtomicUsize::new(0),
                gate: Semaphore::new(0),
            })
        }

        async fn find(self: Arc<Self>, key: &str) -> Found {
            self.find_in(SCOPE, key).await
        }

        async fn find_in(self: Arc<Self>, scope: ProgramScope, key: &str) -> Found {
            let table = Arc::clone(&self);
            let read = move |scope, keys: KeyRange| Arc::clone(&table).read(scope, keys.listed());
            self.gathered.find(scope, key, read).await
        }

        async fn read(
            self: Arc<Self>,
            scope: ProgramScope,
            keys: Vec<String>,
        ) -> Result<Vec<(String, String)>, StoreError> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            self.gate.acquire().await.unwrap().forget();
            let has = |wanted: &str| keys.iter().any(|key| key == wanted);
            assert!(!has("panics"), "as it was asked to");
            if has("bad") {
                let (kind, key) = (EntityKind::Site, "bad".to_owned());
                return Err(StoreError::NotFound { kind, key });
            }
            let there = keys.into_iter().filter(|key| key != "none");
            let record = |key: &str| match scope {
                SCOPE => key.to_owned(),
                _ => format!("another {key}"),
            };
            Ok(there.map(|key| (key.clone(), record(&key))).collect())
        }

        fn open(&self) {
            self.gate.add_permits(100);
        }

        fn reads(&self) -> usize {
            self.reads.load(Ordering::Relaxed)
        }
    }

    /// Begins to look for keys, in this order, as far as the gate lets them.
    async fn begun(table: &Arc<Table>, keys: &[&'static str]) -> Vec<JoinHandle<Found>> {
        let find = |key: &&'static str| tokio::spawn(Arc::clone(table).find(key));
        let begun = keys.iter().map(find).collect();
        settled().await;
        begun
    }

    /// Lets every task go as far as it can.
    async fn settled() {
        for _ in 0..100 {
            yield_now().await;
        }
    }

    /// Checks that each key was found, where there is a record of it.
    async fn assert_found(keys: &[&'static str], finding: Vec<JoinHandle<Found>>) {
        for (key, found) in keys.iter().zip(finding) {
            let there = (*key != "none").then(|| (*key).to_owned());
            assert_eq!(found.await.unwrap().unwrap(), there, "{key}");
        }
    }

    #[tokio::test]
    async fn those_who_wait_together_are_read_by_one_statement() {
        let table = Table::new();
        let at_first = ["a", "b", "none", "a"];
        let finding_first = begun(&table, &at_first).await;
        assert_eq!(table.reads(), 1);
        let meanwhile = ["c", "a"];
        let finding_meanwhile = begun(&table, &meanwhile).await;
        assert_eq!(table.reads(), READERS_MOST);
        let at_last = ["d", "none", "e", "f"];
        let finding_last = begun(&table, &at_last).await;
        assert_eq!(table.reads(), READERS_MOST);
        table.open();
        assert_found(&at_first, finding_first).await;
        assert_found(&meanwhile, finding_meanwhile).await;
        assert_found(&at_last, finding_last).await;
        assert_eq!(table.reads(), READERS_MOST + 1);
    }

    #[tokio::test]
    async fn those_of_two_programs_are_read_apart() {
        let table = Table::new();
        let another = ProgramScope::numbered(1);
        let find = |scope, key| tokio::spawn(Arc::clone(&table).find_in(scope, key));
        let of_one = [find(SCOPE, "a"), find(SCOPE, "b")];
        let of_another = [find(another, "a"), find(another, "none")];
        table.open();
        assert_found(&["a", "b"], of_one.into()).await;
        let [a, none] = of_another;
        assert_eq!(a.await.unwrap().unwrap().as_deref(), Some("another a"));
        assert_eq!(none.await.unwrap().unwrap(), None);
        assert_eq!(table.reads(), 2);
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_read_fails_for_those_who_ask_for_it_alone() {
        let table = Table::new();
        let keys = ["a", "b", "bad", "c", "d", "bad"];
        let finding = begun(&table, &keys).await;
        table.open();
        for (key, found) in keys.iter().zip(finding) {
            match (*key, found.await.unwrap()) {
                ("bad", found) => assert!(matches!(found, Err(StoreError::NotFound { .. }))),
                (key, found) => assert_eq!(found.unwrap().as_deref(), Some(key)),
            }
        }
    }

    #[tokio::test]
    async fn who_is_called_off_is_read_for_in_vain_and_others_are_not() {
        let table = Table::new();
        let mut finding = begun(&table, &["gone", "a", "b"]).await;
        finding.remove(0).abort();
        settled().await;
        table.open();
        assert_found(&["a", "b"], finding).await;
        assert_eq!(table.reads(), 1);
    }

    /// Off: `clear` left out where the last reader goes.
    #[tokio::test]
    async fn nobody_waits_for_readers_that_have_failed() {
        let table = Table::new();
        let mut failing = Vec::new();
        for _ in 0..READERS_MOST {
            failing.extend(begun(&table, &["panics"]).await);
        }
        let waiting = begun(&table, &["a", "b"]).await;
        assert_eq!(table.reads(), READERS_MOST);
        table.open();
        assert_found(&["a", "b"], waiting).await;
        for failed in failing {
            assert!(failed.await.unwrap_err().is_panic());
        }
        assert_found(&["c"], begun(&table, &["c"]).await).await;
    }
}

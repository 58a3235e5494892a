//! What a use case says when the database itself fails.

use practicum::app::{Actor, AppError, ImportMode, RosterSource};
use practicum::store::{Db, StoreError};
use sqlx::{AssertSqlSafe, Executor};

use super::databases::on_sqlite;
use super::rosters::{import, shipped};

#[test]
fn a_full_disk_is_told_as_such_and_nothing_is_changed() {
    on_sqlite(|world| async move {
        import(&world, &shipped("clinic-12"), ImportMode::Replace).await;
        let Db::Sqlite { writer, .. } = &world.db else {
            panic!("not a file");
        };
        // SQLite says of a file that reached its most pages what it says of a
        // full disk.
        let pages: (i64,) = sqlx::query_as("PRAGMA page_count")
            .fetch_one(writer)
            .await
            .unwrap();
        let most = format!("PRAGMA max_page_count = {}", pages.0 + 8);
        writer.execute(AssertSqlSafe(most)).await.unwrap();
        let before = world
            .db
            .read()
            .await
            .unwrap()
            .record_counts()
            .await
            .unwrap();
        let source = RosterSource::Roster(Box::new(shipped("metro-120")));
        let actor = Actor::operator();
        let imported = world
            .app
            .import_roster(&actor, None, source, ImportMode::Replace, false)
            .await;
        let Err(AppError::Unavailable(cause)) = imported else {
            panic!("{imported:?}");
        };
        let cause = cause.downcast_ref::<StoreError>();
        assert!(matches!(cause, Some(StoreError::Full(_))), "{cause:?}");
        let after = world
            .db
            .read()
            .await
            .unwrap()
            .record_counts()
            .await
            .unwrap();
        assert_eq!(after, before);
    });
}

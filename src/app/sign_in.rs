//! Who has to sign in.

use super::{App, AppError};

impl App {
    /// Says whether callers must sign in: where the settings say so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_needed(&self) -> Result<bool, AppError> {
        Ok(self.inner.settings.require_sign_in)
    }
}

//! Loads zone rules: the newest data that is embedded, or a folder of TZif
//! files.

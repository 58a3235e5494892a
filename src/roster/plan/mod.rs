//! Plan folders: the plan as tables of keys, and a summary of what it was made
//! from and with and how good it is proved to be.

mod document;
mod explanations;
mod forecast;
mod free_text;
mod read;
mod summary;
mod workbook;
mod write;

pub use document::plan_document;
pub use explanations::{ExplanationRow, write_explanations};
pub use forecast::{ForecastRow, write_forecast};
pub use read::{read_plan, read_plan_folder};
pub use summary::PlanContext;
pub use workbook::{SHEET_ROWS_MAX, WorkbookError, plan_workbook};
pub use write::write_plan;

/// Files of a plan folder that the input alone determines.
pub const PLAN_FILES: [&str; 5] = [
    PLACEMENTS,
    SESSIONS,
    SESSION_MEMBERS,
    UNMATCHED,
    summary::FILE,
];

/// File of a plan folder that `practicum explain --save` adds.
const EXPLANATIONS: &str = "explanations.csv";
/// File of a plan folder that `practicum forecast --save` adds.
const FORECAST: &str = "forecast.csv";

/// Every file that a plan folder may have of us, but for `timings.json`: what a
/// new plan replaces or removes.
pub const PLAN_FOLDER_FILES: [&str; 7] = [
    PLACEMENTS,
    SESSIONS,
    SESSION_MEMBERS,
    UNMATCHED,
    summary::FILE,
    EXPLANATIONS,
    FORECAST,
];

const PLACEMENTS: &str = "placements.csv";
const SESSIONS: &str = "sessions.csv";
const SESSION_MEMBERS: &str = "session_members.csv";
const UNMATCHED: &str = "unmatched.csv";

const PLACEMENT_COLUMNS: [&str; 4] = [
    "trainee_id",
    "site_id",
    "contact_minutes_per_week",
    "preference_rank",
];
const SESSION_COLUMNS: [&str; 9] = [
    "session_id",
    "supervisor_id",
    "kind",
    "weekday",
    "start",
    "minutes",
    "time_zone",
    "delivery",
    "site_id",
];
const SESSION_MEMBER_COLUMNS: [&str; 3] = ["session_id", "trainee_id", "line"];
const UNMATCHED_COLUMNS: [&str; 4] = ["trainee_id", "reason", "detail", "action"];

//! Regions, words and made-up names.

/// A jurisdiction with the zone of its sites.
#[derive(Clone, Copy)]
pub(super) struct Region {
    pub time_zone: &'static str,
    pub jurisdiction: &'static str,
}

const fn region(time_zone: &'static str, jurisdiction: &'static str) -> Region {
    Region {
        time_zone,
        jurisdiction,
    }
}

pub(super) const US: [Region; 6] = [
    region("America/New_York", "US-NY"),
    region("America/Chicago", "US-IL"),
    region("America/Denver", "US-CO"),
    region("America/Phoenix", "US-AZ"),
    region("America/Los_Angeles", "US-CA"),
    region("America/Chicago", "US-TX"),
];

pub(super) const WORLD: [Region; 10] = [
    region("America/New_York", "US-NY"),
    region("Europe/London", "GB"),
    region("America/Vancouver", "CA-BC"),
    region("Australia/Sydney", "AU-NSW"),
    region("America/Santiago", "CL"),
    region("Asia/Kolkata", "IN"),
    region("Pacific/Auckland", "NZ"),
    region("America/Sao_Paulo", "BR"),
    region("Europe/Berlin", "DE"),
    region("Africa/Johannesburg", "ZA"),
];

pub(super) const MODALITIES: [&str; 7] = [
    "cbt",
    "dbt",
    "emdr",
    "family_systems",
    "group_therapy",
    "motivational_interviewing",
    "play_therapy",
];

pub(super) const WEEKDAYS: [&str; 5] = ["mon", "tue", "wed", "thu", "fri"];

/// Languages besides English, which everybody speaks.
pub(super) const LANGUAGES: [&str; 7] = ["ar", "es", "fr", "ko", "pt", "vi", "zh"];

pub(super) const SETTINGS: [&str; 5] = [
    "community",
    "community",
    "hospital",
    "private_practice",
    "school",
];

pub(super) const CREDENTIALS: [&str; 4] = ["LCSW", "LMFT", "LPC", "PSY"];

pub(super) const SITE_FIRST: [&str; 20] = [
    "Riverside",
    "Lakeview",
    "Northgate",
    "Harbor",
    "Cedar",
    "Elmwood",
    "Summit",
    "Willow",
    "Bridgeway",
    "Meridian",
    "Sunrise",
    "Oakridge",
    "Prairie",
    "Beacon",
    "Maple",
    "Clearwater",
    "Hillcrest",
    "Foxglove",
    "Stonebridge",
    "Juniper",
];

pub(super) const SITE_LAST: [&str; 9] = [
    "Family Services",
    "Counseling Center",
    "Youth Services",
    "Recovery Center",
    "Hospital Outpatient",
    "School Wellness",
    "Veterans Clinic",
    "University Counseling",
    "Community Health",
];

pub(super) const GIVEN: [&str; 48] = [
    "Amara", "Anika", "Beatriz", "Caleb", "Chidi", "Clara", "Cyrus", "Daniel", "Elif", "Emeka",
    "Eun-ji", "Farah", "Fatima", "Grace", "Hana", "Hiroto", "Hugo", "Imani", "Ines", "Ingrid",
    "Isaac", "Jonas", "Kofi", "Leila", "Linh", "Lucia", "Mateo", "Micah", "Nadia", "Nils", "Noah",
    "Olga", "Omar", "Priya", "Rosa", "Samir", "Sara", "Siobhan", "Sofia", "Tariq", "Theo", "Tomas",
    "Uma", "Wren", "Yuki", "Yusuf", "Zanele", "Zoe",
];

pub(super) const FAMILY: [&str; 48] = [
    "Abebe",
    "Adeyemi",
    "Ahmed",
    "Begum",
    "Berg",
    "Boateng",
    "Castillo",
    "Chen",
    "Costa",
    "Diaz",
    "Dubois",
    "Fischer",
    "Garcia",
    "Gupta",
    "Haddad",
    "Herrera",
    "Ivanova",
    "Jensen",
    "Kaya",
    "Khan",
    "Kim",
    "Kowalski",
    "Larsen",
    "Lindqvist",
    "Lopez",
    "Mbeki",
    "Mensah",
    "Morales",
    "Nakamura",
    "Nguyen",
    "Novak",
    "Okafor",
    "Ortiz",
    "Osei",
    "Park",
    "Patel",
    "Quinn",
    "Ramos",
    "Rossi",
    "Santos",
    "Sato",
    "Silva",
    "Singh",
    "Tanaka",
    "Vargas",
    "Walsh",
    "Weber",
    "Yilmaz",
];

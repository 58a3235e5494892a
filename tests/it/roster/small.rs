//! A small roster as text, to be changed by a test.

use practicum::roster::{FolderFiles, read_roster};

const FILES: [(&str, &str); 13] = [
    (
        "program.toml",
        "[program]\nid = \"p1\"\nname = \"Program\"\ntime_zone = \"America/New_York\"\n\n\
         [round]\nname = \"Spring 2027\"\nfirst_day = 2027-01-11\nlast_day = 2027-05-28\n\
         session_start_step_minutes = 30\nmissed_sessions_max = 2\n\
         unranked_sites = \"forbidden\"\nexcluded_supervisor_closes_sites = true\n\n\
         [ratio]\ncontact_per_supervision_max = 10.0\ngroup_credit = 0.5\n",
    ),
    (
        "sites.csv",
        "id,name,time_zone,jurisdiction,setting,capacity_min,capacity,contact_minutes_per_week,\
         contact_minutes_min,contact_minutes_max,agreement_from,agreement_until,modalities,\
         languages\n\
         site-1,First Clinic,America/New_York,US-NY,school,1,4,1200,480,960,2025-07-01,2028-06-30,\
         cbt;dbt,en\n\
         site-2,\"Second, Clinic\",Europe/London,GB,hospital,0,2,900,480,840,2025-07-01,2028-06-30,\
         ,en;fr\n",
    ),
    (
        "supervisors.csv",
        "id,name,email,time_zone,role,sites,delivery,caseload_max,caseload_current,\
         minutes_per_week_max,kinds,group_size_max,languages\n\
         sup-1,Ada Berg,ada@example.org,America/New_York,site,site-1;site-2,both,5,1,300,\
         individual;triadic,0,en\n\
         sup-2,Kofi Park,,Europe/London,faculty,,video,8,0,270,group,8,\n",
    ),
    (
        "trainees.csv",
        "id,name,email,time_zone,level,jurisdiction,priority,contact_minutes_min,\
         contact_minutes_target,contact_minutes_max,modalities_required,languages\n\
         tr-1,Noor Diaz,noor@example.edu,America/New_York,practicum,US-NY,1,360,540,660,cbt,en\n\
         tr-2,Wren Sato,,Europe/London,practicum,GB,2,360,,660,,en;fr\n",
    ),
    (
        "licences.csv",
        "supervisor_id,jurisdiction,credential,valid_from,valid_until\n\
         sup-1,US-NY,LCSW,2019-01-01,2030-12-31\n",
    ),
    (
        "availability.csv",
        "owner,owner_id,weekday,start,end\n\
         site,site-1,mon,08:00,18:00\n\
         supervisor,sup-1,mon,09:00,12:00\n\
         trainee,tr-1,tue,20:00,24:00\n",
    ),
    (
        "away.csv",
        "owner,owner_id,first_day,last_day,reason\n\
         supervisor,sup-1,2027-03-15,2027-03-19,spring break\n",
    ),
    (
        "preferences.csv",
        "trainee_id,target,target_id,rank\ntr-1,site,site-1,1\ntr-1,site,site-2,2\n\
         tr-2,site,site-2,1\ntr-2,supervisor,sup-2,1\n",
    ),
    (
        "exclusions.csv",
        "trainee_id,target,target_id,reason\ntr-2,supervisor,sup-1,family\n",
    ),
    (
        "supervision_lines.csv",
        "level,line,kinds,role,minutes_per_week,licence\n\
         practicum,weekly_group,group,faculty,90,any\n\
         practicum,weekly_individual,individual;triadic,site,60,jurisdiction\n",
    ),
    (
        "requirements.csv",
        "trainee_id,category,minutes_required,minutes_completed,due_day\n\
         tr-2,contact,6000,600,2027-05-28\n",
    ),
    (
        "pins.csv",
        "trainee_id,target,target_id\ntr-1,site,site-1\n",
    ),
    (
        "site_rankings.csv",
        "site_id,trainee_id,rank\nsite-1,tr-1,1\nsite-1,tr-2,1\n",
    ),
];

/// Returns the files of the small roster.
pub(crate) fn files() -> FolderFiles {
    let mut files = FolderFiles::default();
    for (name, text) in FILES {
        files.insert(name, text.into());
    }
    files
}

/// Returns the files with a text replaced once in each of the named ones.
pub(crate) fn edited(edits: &[(&str, &str, &str)]) -> FolderFiles {
    let mut files = files();
    for (name, from, to) in edits {
        let text = String::from_utf8(files.get(name).unwrap().to_vec()).unwrap();
        assert!(text.contains(from), "{name} holds no {from:?}");
        files.insert(name, text.replacen(from, to, 1).into_bytes());
    }
    files
}

/// Returns every mistake of the edited files, one a line.
pub(crate) fn mistakes(edits: &[(&str, &str, &str)]) -> Vec<String> {
    mistakes_of(&edited(edits))
}

/// Returns every mistake of some files, one a line.
pub(crate) fn mistakes_of(files: &FolderFiles) -> Vec<String> {
    match read_roster(files) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.as_slice().iter().map(ToString::to_string).collect(),
    }
}

/// Asserts that one edit of one file gives one message.
#[track_caller]
pub(crate) fn assert_mistake(file: &str, from: &str, to: &str, message: &str) {
    assert_eq!(mistakes(&[(file, from, to)]), [message]);
}

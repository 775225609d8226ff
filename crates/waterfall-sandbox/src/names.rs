//! Data for invented people: companies, positions, places and phone numbers. None of it belongs to
//! a real person: domains are under `.example`, and phone numbers are from ranges reserved for
//! fiction.

use uuid::Uuid;

use crate::rng::{Rng, fingerprint};

pub(crate) const COMPANIES: [(&str, &str); 10] = [
    ("Alder & Finch", "alder-finch.example"),
    ("Blue Harbor Logistics", "blueharbor.example"),
    ("Cobalt Systems", "cobaltsystems.example"),
    ("Driftwood Media", "driftwood.example"),
    ("Evergreen Energy", "evergreen-energy.example"),
    ("Fathom Analytics Group", "fathomgroup.example"),
    ("Granite Health", "granitehealth.example"),
    ("Hummingbird Robotics", "hummingbird.example"),
    ("Ironbridge Capital", "ironbridge.example"),
    ("Juniper Foods", "juniperfoods.example"),
];

/// Title, seniority, department.
pub(crate) const POSITIONS: [(&str, &str, &str); 9] = [
    ("Head of Sales", "Director", "Sales"),
    ("VP Engineering", "Vice President", "Engineering & Technical"),
    ("Marketing Manager", "Manager", "Marketing"),
    ("Software Engineer", "Senior", "Engineering & Technical"),
    ("Chief Financial Officer", "CXO", "Finance"),
    ("Account Executive", "Senior", "Sales"),
    ("Product Manager", "Manager", "Product"),
    ("People Operations Lead", "Manager", "Human Resources"),
    ("Founder", "Owner", "C-Suite"),
];

/// First names of people who work at a company.
pub(crate) const FIRST_NAMES: [&str; 24] = [
    "Ada", "Ben", "Cleo", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Joan", "Kai", "Lena",
    "Milo", "Nia", "Omar", "Pia", "Quinn", "Rosa", "Sven", "Tara", "Uma", "Vito", "Wren", "Yara",
];

/// Last names of people who work at a company.
pub(crate) const LAST_NAMES: [&str; 24] = [
    "Abbot", "Birch", "Crane", "Dale", "Ember", "Frost", "Glade", "Heath", "Islay", "Jasper",
    "Knoll", "Linden", "Marsh", "North", "Oakes", "Piper", "Quill", "Reed", "Stone", "Thorn",
    "Umber", "Vale", "Wilde", "York",
];

#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) location: &'static str,
    pub(crate) country: &'static str,
    mobile: &'static str,
    line: &'static str,
}

/// The prefixes of phone numbers; two digits follow.
pub(crate) const PLACES: [Place; 6] = [
    us("San Francisco, California, United States", "+141555501", "+165055501"),
    us("Austin, Texas, United States", "+151255501", "+173755501"),
    gb("London, England, United Kingdom", "+4477009001", "+4420794600"),
    gb("Leeds, England, United Kingdom", "+4477009002", "+4411349600"),
    fr("Lyon, Auvergne-Rhône-Alpes, France", "+336399800", "+334657100"),
    fr("Paris, Île-de-France, France", "+336399801", "+331990000"),
];

const fn us(location: &'static str, mobile: &'static str, line: &'static str) -> Place {
    Place { location, country: "United States", mobile, line }
}

const fn gb(location: &'static str, mobile: &'static str, line: &'static str) -> Place {
    Place { location, country: "United Kingdom", mobile, line }
}

const fn fr(location: &'static str, mobile: &'static str, line: &'static str) -> Place {
    Place { location, country: "France", mobile, line }
}

/// Returns a mobile number, and for some people a second number.
pub(crate) fn phone_numbers(place: &Place, rng: &mut Rng) -> Vec<String> {
    let mut numbers = vec![format!("{}{:02}", place.mobile, rng.below(100))];
    if rng.hits(0.4) {
        numbers.push(format!("{}{:02}", place.line, rng.below(100)));
    }
    numbers
}

/// Returns first and last name from a slug or the local part of an address. Words with digits are
/// skipped unless all have digits.
pub(crate) fn from_words(text: &str) -> (String, String) {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let plain = |word: &&&str| !word.contains(|c: char| c.is_ascii_digit());
    let named: Vec<&str> = words.iter().filter(plain).copied().collect();
    let named = if named.is_empty() { words } else { named };
    match named.split_first() {
        Some((first, rest)) => (capitalized(first), capitalized(&rest.join(" "))),
        None => ("Sam".to_owned(), String::new()),
    }
}

/// Capitalizes each word.
pub(crate) fn capitalized(text: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if starts {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
        starts = !(c.is_alphanumeric() || c == '\'' || c == '’');
    }
    out
}

/// Converts to lower-case ASCII letters and digits; common accents are removed.
pub(crate) fn plain(text: &str) -> String {
    text.to_lowercase().chars().filter_map(unaccented).collect()
}

fn unaccented(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' | '0'..='9' => c,
        'à'..='å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ę' | 'ě' => 'e',
        'ì'..='ï' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ś' | 'š' => 's',
        'ù'..='ü' | 'ů' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

/// Words in lower case with hyphens between them.
pub(crate) fn slug(text: &str) -> String {
    let words: Vec<String> =
        text.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Returns a UUID in the form of version 4, derived from byte strings.
pub(crate) fn uuid(parts: &[&[u8]]) -> Uuid {
    let mut rng = Rng::new(fingerprint(parts));
    let wide = (u128::from(rng.next()) << 64) | u128::from(rng.next());
    uuid::Builder::from_random_bytes(wide.to_be_bytes()).into_uuid()
}

//! Parses the URLs of LinkedIn, for both people's profiles and companies' pages.

use std::borrow::Cow;

use reqwest::Url;

use super::text;

/// The maximum length of the given text, in characters.
pub(super) const MAX: usize = 500;
/// The maximum depth of nested links, as search engines and mail filters create them.
const DEEPEST_LINK: usize = 2;

/// Why a text was rejected.
pub(super) type Problem = Cow<'static, str>;

/// The site of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    LinkedIn,
    /// LinkedIn's service for short links.
    ShortLink,
    Other,
}

/// Returns the value without its surroundings, once as cleaned and once unwrapped; `None` if the
/// text is blank.
pub(super) fn given(text: &str) -> Result<Option<(String, String)>, String> {
    if let Some(problem) = text::length_problem("linkedin", text, 0, MAX) {
        return Err(problem);
    }
    let clean = text::clean(text);
    let unwrapped = text::unwrap(&clean).to_owned();
    let is_absent = text::is_blank(&unwrapped) || text::is_placeholder(&clean);
    Ok((!is_absent).then_some((clean, unwrapped)))
}

/// Returns the message about a text: a description of it, and what to give instead.
pub(super) fn message(text: &str, what: &str, give: &str) -> String {
    let (short, what) = (text::short(text), what.trim_end());
    // Some problems already contain the remedy.
    match what.contains(';') {
        true => format!("linkedin {short} {what}"),
        false => format!("linkedin {short} {what}; {give}"),
    }
}

/// Returns whether a text in lower case is a URL and not a word.
pub(super) fn is_url(lower: &str) -> bool {
    let host = lower.split(['/', '?', '#', ':']).next().unwrap_or_default();
    lower.contains("://")
        || lower.starts_with("//")
        || ["http:", "https:"].iter().any(|scheme| lower.starts_with(scheme))
        || lower.starts_with("lnkd.in")
        || lower.contains("linkedin.com/")
        || ["linkedin.com", "linkedin.cn", "lnkd.in"].into_iter().any(|site| is_at(host, site))
}

/// Returns a URL, with or without a scheme, and its site.
pub(super) fn parse(text: &str) -> Result<(Url, Site), Problem> {
    if text.contains(' ') {
        return Err("has a space in it".into());
    }
    let lower = text.to_ascii_lowercase();
    let has_scheme = lower.contains("://") && !lower.starts_with("//");
    // With one slash, which `Url` accepts.
    let has_http = lower.starts_with("http:") || lower.starts_with("https:");
    let url = if has_scheme && lower.find("://") < lower.find(['/', '?', '.']) || has_http {
        Url::parse(text)
    } else {
        Url::parse(&format!("https://{}", text.trim_start_matches('/')))
    };
    let Ok(url) = url else { return Err("is not a valid URL".into()) };
    if !matches!(url.scheme(), "http" | "https") {
        return Err("has a scheme other than http and https".into());
    }
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let site = if is_at(host, "lnkd.in") {
        Site::ShortLink
    } else if is_at(host, "linkedin.com") || is_at(host, "linkedin.cn") {
        Site::LinkedIn
    } else {
        Site::Other
    };
    Ok((url, site))
}

fn is_at(host: &str, site: &str) -> bool {
    host.strip_suffix(site).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Returns the problem of a short link; `page` is the kind of page that it leads to.
pub(super) fn short_link(page: &str, example: &str) -> Problem {
    format!(
        "is a short link (lnkd.in); open it and give the address of the {page}, such as {example}"
    )
    .into()
}

/// Returns the parts of the path, without leading parts that only determine how the page is shown.
pub(super) fn path<'u>(url: &'u Url, views: &[&str]) -> impl Iterator<Item = &'u str> {
    let parts = url.path().split('/').filter(|part| !part.is_empty());
    parts.skip_while(|part| views.contains(&&*part.to_ascii_lowercase()))
}

/// Returns the page that the URL contains as a parameter, as in redirections and login pages.
/// `depth` is the number of enclosing URLs.
pub(super) fn target(url: &Url, depth: usize) -> Option<String> {
    if depth == DEEPEST_LINK {
        return None;
    }
    let is_target = |value: &str| {
        let lower = value.to_ascii_lowercase();
        is_url(&lower) && (lower.contains("linkedin.") || lower.contains("lnkd.in"))
    };
    let (_, target) = url.query_pairs().find(|(_, value)| is_target(value))?;
    Some(text::unwrap(&text::clean(&target)).to_owned())
}

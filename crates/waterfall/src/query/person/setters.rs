//! The constructors and setters of queries that name a person.

/// Implements the four ways to name a person for a query with a member `named`. The caller passes
/// the documentation of the setters whose priority depends on the endpoint.
macro_rules! person_setters {
    ($query:ident {
        $(#[$email:meta])* or_email,
        $(#[$linkedin:meta])* or_linkedin,
        $(#[$full_name:meta])* or_full_name,
    }) => {
        impl $query {
            /// Names the person by e-mail address, at most 254 characters.
            pub fn email(email: impl Into<String>) -> Self {
                Self::default().or_email(email)
            }

            /// Names the person by LinkedIn profile: its URL or the last part of it, at most 500
            /// characters.
            pub fn linkedin(profile: impl Into<String>) -> Self {
                Self::default().or_linkedin(profile)
            }

            /// Names the person by full name (at most 250 characters) and company domain (4 to 500
            /// characters; plain or a URL).
            pub fn full_name(name: impl Into<String>, domain: impl Into<String>) -> Self {
                Self::default().or_full_name(name, domain)
            }

            /// Names the person by first and last name (at most 100 characters each) and company
            /// domain (4 to 500 characters; plain or a URL).
            pub fn first_and_last_name(
                first: impl Into<String>,
                last: impl Into<String>,
                domain: impl Into<String>,
            ) -> Self {
                Self::default().or_first_and_last_name(first, last, domain)
            }

            $(#[$email])*
            pub fn or_email(mut self, email: impl Into<String>) -> Self {
                self.named.email = Some(email.into());
                self
            }

            $(#[$linkedin])*
            pub fn or_linkedin(mut self, profile: impl Into<String>) -> Self {
                self.named.linkedin = Some(profile.into());
                self
            }

            $(#[$full_name])*
            pub fn or_full_name(
                mut self,
                name: impl Into<String>,
                domain: impl Into<String>,
            ) -> Self {
                self.named.full_name = Some(name.into());
                self.named.domain = Some(domain.into());
                self
            }

            /// Adds a first and last name with a domain, or replaces all three. They are sent if
            /// there is no other usable way.
            pub fn or_first_and_last_name(
                mut self,
                first: impl Into<String>,
                last: impl Into<String>,
                domain: impl Into<String>,
            ) -> Self {
                self.named.first_name = Some(first.into());
                self.named.last_name = Some(last.into());
                self.named.domain = Some(domain.into());
                self
            }
        }
    };
}
pub(in crate::query) use person_setters;

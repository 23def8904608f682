//! The literals of enums that tables, objects, queues or callers hold: written out beside each variant, so that renaming a variant in the
//! code changes nothing that is stored.

/// An enum whose variants each name the text by which it is written and read, here and nowhere else: `serde`, [`std::fmt::Display`] and
/// `as_str` use it.
macro_rules! literals {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$on:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$on])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every variant, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text by which it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(crate) use literals;

#[cfg(test)]
mod tests {
    use crate::{
        credential::Role,
        definition::{
            Align, Block, Body, ChartKind, DecimalMark, Heading, Orientation, PageSize, ParamType, Separator,
        },
        delivery::{DeliveryStatus, FeedbackKind, MailStatus},
        progress::Status,
        publication::history::PublishingState,
        rendition::Form,
        report::Kind,
        tree::access::Access,
    };
    use serde::Serialize;

    fn written<T: Serialize + Copy>(all: &[T], text: impl Fn(T) -> &'static str) -> String {
        let texts = all.iter().map(|one| {
            assert_eq!(serde_json::to_value(one).unwrap(), text(*one), "one text, whoever writes it");
            text(*one)
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    /// What is stored is not rewritten when the code changes. Who has to change a line here needs a migration: docs/data-model.md.
    #[test]
    fn what_is_stored_is_written_as_it_always_was() {
        let table = [
            ("role", written(Role::ALL, Role::as_str), "viewer publisher designer admin"),
            ("access", written(Access::ALL, Access::as_str), "none read write"),
            ("status", written(Status::ALL, Status::as_str), "NotStarted InProgress Done Failed"),
            ("mail", written(MailStatus::ALL, MailStatus::as_str), "Waiting Sending Sent Failed Unknown"),
            ("feedback", written(FeedbackKind::ALL, FeedbackKind::as_str), "bounced deferred complained"),
            ("delivery", written(DeliveryStatus::ALL, DeliveryStatus::as_str), "Sending Sent PartlySent Failed"),
            (
                "publishing",
                written(PublishingState::ALL, PublishingState::as_str),
                "NotPublished PublishInProgress Published UnpublishInProgress",
            ),
            ("form", written(Form::ALL, Form::as_str), "pdf xlsx csv html png"),
            ("type", written(Kind::ALL, Kind::as_str), "advanced express expressview dashboard crosstab chained"),
            ("size", written(PageSize::ALL, PageSize::as_str), "a3 a4 a5 letter legal"),
            ("orientation", written(Orientation::ALL, Orientation::as_str), "portrait landscape auto"),
            ("parameter", written(ParamType::ALL, ParamType::as_str), "string number boolean date"),
            ("chart", written(ChartKind::ALL, ChartKind::as_str), "bar line area pie"),
            ("align", written(Align::ALL, Align::as_str), "left right center"),
            ("separator", written(Separator::ALL, Separator::as_str), ", ; \t |"),
            ("decimal", written(DecimalMark::ALL, DecimalMark::as_str), ". ,"),
        ];
        for (what, found, expected) in table {
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn the_kinds_of_blocks_are_written_as_authors_write_them() {
        let heading = Block::Heading(Heading { text: "Sales".into(), level: 1 });
        let body = serde_json::to_string(&Body::Blocks(vec![heading])).unwrap();
        assert_eq!(body, r#"{"blocks":[{"kind":"heading","text":"Sales","level":1}]}"#);
        assert_eq!(serde_json::to_string(&Body::Typst("x".into())).unwrap(), r#"{"typst":"x"}"#);
    }
}

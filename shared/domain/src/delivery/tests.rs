use super::*;

fn to(count: usize) -> Vec<Address> {
    (0..count).map(|n| Address::parse("emails", &format!("a{n}@example.com")).unwrap()).collect()
}

fn delivery(statuses: &[MailStatus]) -> Delivery {
    let actor = Actor { name: "ada".into(), email: None };
    let to = to(statuses.len() * MAX_PER_MAIL);
    let mut delivery = Delivery::new(Uuid::nil(), Uuid::nil(), 1, actor, &to, Timestamp::UNIX_EPOCH);
    for (mail, status) in delivery.mails.iter_mut().zip(statuses) {
        mail.status = *status;
    }
    delivery
}

#[test]
fn recipients_are_parted_into_mails_that_ses_takes() {
    let actor = Actor { name: "ada".into(), email: None };
    let delivery = Delivery::new(Uuid::nil(), Uuid::nil(), 1, actor, &to(120), Timestamp::UNIX_EPOCH);
    let counts: Vec<_> = delivery.mails.iter().map(|mail| mail.to.len()).collect();
    assert_eq!(counts, [50, 50, 20]);
}

#[test]
fn a_delivery_stands_as_its_mails_do() {
    use MailStatus::{Failed, Sending, Sent, Unknown, Waiting};
    let table = [
        (&[Sent, Sent][..], DeliveryStatus::Sent),
        (&[Sent, Waiting], DeliveryStatus::Sending),
        (&[Sent, Sending], DeliveryStatus::Sending),
        (&[Sent, Failed], DeliveryStatus::PartlySent),
        (&[Sent, Unknown], DeliveryStatus::PartlySent),
        (&[Failed, Failed], DeliveryStatus::Failed),
        (&[Unknown], DeliveryStatus::Failed),
    ];
    for (statuses, status) in table {
        assert_eq!(delivery(statuses).status(), status, "{statuses:?}");
    }
    let unmade = Delivery { reason: Some("title: …".into()), ..delivery(&[Waiting]) };
    assert_eq!(unmade.status(), DeliveryStatus::Failed);
}

#[test]
fn what_may_have_been_sent_is_not_sent_again() {
    use MailStatus::{Failed, Sending, Sent, Unknown, Waiting};
    let taken_up = delivery(&[Sent, Sending, Unknown, Failed, Waiting]).taken_up();
    assert_eq!(taken_up.left(), [3, 4]);
    assert_eq!(taken_up.mails[1].status, Unknown);
}

#[test]
fn an_attempt_that_died_is_not_told_as_if_it_went_on() {
    use MailStatus::{Failed, Sending, Sent, Unknown, Waiting};
    let told = |after: SignedDuration| {
        let seen = delivery(&[Sent, Sending, Waiting]).seen(Timestamp::UNIX_EPOCH + after);
        seen.mails.iter().map(|mail| mail.status).collect::<Vec<_>>()
    };
    assert_eq!(told(SignedDuration::from_secs(30)), [Sent, Sending, Waiting]);
    assert_eq!(told(ATTEMPT), [Sent, Unknown, Failed]);
}

#[test]
fn of_a_report_that_could_not_be_made_no_other_reason_is_told() {
    let unmade = Delivery { reason: Some("title: undefined value".into()), ..delivery(&[MailStatus::Waiting]) };
    let seen = unmade.seen(Timestamp::UNIX_EPOCH + ATTEMPT);
    assert_eq!((seen.mails[0].reason.as_deref(), seen.status()), (None, DeliveryStatus::Failed));
}

#[test]
fn the_caller_learns_who_got_nothing_and_of_whom_nobody_knows() {
    use MailStatus::{Failed, Sent, Unknown};
    assert!(delivery(&[Sent]).check_sent(&[]).is_ok());
    let told = |statuses: &[MailStatus]| match delivery(statuses).check_sent(&["Throttling".to_owned()]) {
        Err(Problem::Failed { told, cause }) => {
            assert_eq!(cause, "Throttling");
            told
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(told(&[Failed]), "The report was not sent: the mail system did not take it.");
    let partly = told(&[Sent, Failed]);
    assert!(partly.starts_with("The report was sent, but not to a50@example.com, a51@example.com, "), "{partly}");
    assert!(!partly.contains("a49@") && partly.contains("a99@"), "{partly}");
    let unknown = told(&[Unknown, Failed]);
    assert!(unknown.starts_with("The report was not sent to a50@"), "{unknown}");
    assert!(unknown.contains("Nobody knows whether the report was sent to a0@example.com, "), "{unknown}");
}

#[test]
fn a_key_is_its_caller_s_own_and_stands_for_one_request() {
    use crate::credential::{AccessToken, Role};
    let caller = |id: &str| {
        let token = AccessToken {
            id: id.into(),
            name: String::new(),
            role: Role::Publisher,
            workspaces: None,
            user: String::new(),
            email: None,
            team: String::new(),
            expires_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
            secret_hash: String::new(),
        };
        Caller::of(&token, Timestamp::UNIX_EPOCH).unwrap()
    };
    let key = |id, key, request| DeliveryKey::new(key, &caller(id), request).unwrap();
    assert_eq!(key("a", "1", "x"), key("a", "1", "x"));
    assert_ne!(key("a", "1", "x").hash, key("b", "1", "x").hash);
    assert_ne!(key("a", "1", "x").hash, key("a", "2", "x").hash);
    assert_ne!(key("a", "1", "x").fingerprint, key("a", "1", "y").fingerprint);
    for wrong in ["", "ü", "a\nb", &"x".repeat(256)] {
        assert!(DeliveryKey::new(wrong, &caller("a"), "x").is_err(), "{wrong:?}");
    }
}

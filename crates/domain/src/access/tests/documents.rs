//! The dates of an announcement.

use crate::access::{Announcement, DocumentFacts, shows_by_itself_on};
use crate::space::tests::instant;

use super::scene::{a_document, awaiting, day};

#[test]
fn what_awaits_an_announcement_shows_by_itself_one_month_after_its_deposit() {
    let cases = [
        ("2026-06-01 10:00", "2026-07-01"),
        ("2026-06-01 00:00", "2026-07-01"),
        ("2026-06-30 23:59", "2026-07-30"),
        ("2026-01-31 12:00", "2026-02-28"),
        ("2028-01-31 12:00", "2028-02-29"),
        ("2026-12-15 08:00", "2027-01-15"),
    ];
    for (deposited, shown) in cases {
        let document = DocumentFacts { deposited_at: instant(deposited), ..awaiting(a_document()) };
        assert_eq!(shows_by_itself_on(document.deposited_at), day(shown), "{deposited}");
        assert!(document.awaits_announcement_on(day(shown).pred_opt().unwrap()));
        assert!(!document.awaits_announcement_on(day(shown)));
        for announcement in [Announcement::Made, Announcement::NotAsked] {
            assert!(!DocumentFacts { announcement, ..document.clone() }.awaits_announcement_on(day("2026-01-01")));
        }
    }
}

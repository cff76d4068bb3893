//! What makes a matricule valid, where its digest comes from, and that neither is ever shown.

use proptest::prelude::*;

use super::*;

fn test_ins(matricule: &str) -> Result<Ins, InsError> {
    Ins::parse(matricule, InsAuthority::TestNir, InsStatus::Qualified)
}

#[test]
fn ins_of_the_public_test_patient_is_valid() {
    let ins = test_ins("279035121518989").unwrap();
    assert_eq!((ins.matricule(), ins.authority(), ins.status()), ("279035121518989", InsAuthority::TestNir, InsStatus::Qualified));
    assert_eq!(Ins::key_of("2790351215189"), Ok(89));
    assert_eq!(test_ins("2 79 03 51 215 189 89"), Ok(ins));
}

#[test]
fn ins_of_corsica_counts_2a_as_19_and_2b_as_18() {
    for (letters, department) in [("2A", 19), ("2B", 18)] {
        let first13 = format!("18505{letters}123456");
        let digits = format!("18505{department}123456");
        assert_eq!(u64::from(Ins::key_of(&first13).unwrap()), 97 - digits.parse::<u64>().unwrap() % 97);
        let lower = Ins::from_first13(&first13.to_lowercase(), InsAuthority::TestNir, InsStatus::Qualified);
        assert_eq!(lower, Err(InsError::Digits), "the 13 characters are in capitals");
        let ins = Ins::from_first13(&first13, InsAuthority::TestNir, InsStatus::Qualified).unwrap();
        assert_eq!(test_ins(&ins.matricule().to_lowercase()), Ok(ins));
    }
    assert_eq!(Ins::key_of("185052C123456"), Err(InsError::Digits));
    assert_eq!(Ins::key_of("18505A2123456"), Err(InsError::Digits));
}

#[test]
fn ins_months_are_real_or_pseudo() {
    for month in 0..=99u32 {
        let expected = (1..=12).contains(&month) || month >= 20;
        let key = Ins::key_of(&format!("279{month:02}51215189"));
        assert_eq!(key.is_ok(), expected, "{month}");
        assert!(expected || key == Err(InsError::Month));
    }
}

#[test]
fn ins_first_digits_are_those_in_use() {
    let valid: Vec<char> = ('0'..='9').filter(|first| Ins::key_of(&format!("{first}790351215189")).is_ok()).collect();
    assert_eq!(valid, ['1', '2', '3', '4', '7', '8']);
    assert_eq!(Ins::key_of("5790351215189"), Err(InsError::FirstDigit));
}

#[test]
fn ins_says_which_part_to_mend() {
    let cases = [
        ("", InsError::Length),
        ("27903512151898", InsError::Length),
        ("2790351215189891", InsError::Length),
        ("2790351215189+9", InsError::Digits),
        ("27903512151é989", InsError::Length),
        ("2790351215O8989", InsError::Digits),
        ("279035121518988", InsError::Key),
        ("279035121518900", InsError::Key),
        ("279035121518998", InsError::Key),
    ];
    for (text, error) in cases {
        assert_eq!(test_ins(text), Err(error), "{text}");
    }
}

#[test]
fn ins_authority_goes_by_its_oid() {
    for authority in [InsAuthority::Nir, InsAuthority::Nia, InsAuthority::TestNir, InsAuthority::DemoNir] {
        assert_eq!(InsAuthority::from_oid(authority.oid()), Ok(authority));
    }
    assert_eq!(InsAuthority::from_oid("1.2.250.1.213.1.4.1"), Err(InsError::Authority));
    assert!(InsAuthority::TestNir.is_fictitious() && InsAuthority::DemoNir.is_fictitious());
    assert!(!InsAuthority::Nir.is_fictitious() && !InsAuthority::Nia.is_fictitious());
}

#[test]
fn ins_in_json_is_matricule_oid_and_status_and_comes_back_checked() {
    let json = r#"{"matricule":"279035121518989","oid":"1.2.250.1.213.1.4.10","status":"qualified"}"#;
    let ins: Ins = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&ins).unwrap(), json);
    assert!(serde_json::from_str::<Ins>(&json.replace("989", "988")).is_err());
    assert!(serde_json::from_str::<Ins>(&json.replace("4.10", "4.12")).is_err());
}

#[test]
fn ins_and_its_key_are_never_shown_by_debug() {
    let ins = test_ins("279035121518989").unwrap();
    let key = IndexKey::new([7; 32]);
    assert_eq!(format!("{ins:?} {key:?} {:?}", ins.digest(&key)), "Ins(…) IndexKey(…) InsDigest(…)");
    assert!(!test_ins("279035121518988").unwrap_err().to_string().contains("2790"));
}

#[test]
fn ins_digest_knows_the_person_and_not_the_status() {
    let key = IndexKey::new([7; 32]);
    let provisional = Ins::parse("279035121518989", InsAuthority::DemoNir, InsStatus::Provisional).unwrap();
    let qualified = test_ins("279035121518989").unwrap();
    assert_eq!(provisional.digest(&key), qualified.digest(&key));
    assert_ne!(qualified.digest(&key), qualified.digest(&IndexKey::new([8; 32])));
    let mac = HMAC::mac(b"ens/ins-digest/v1\x00279035121518989", [7; 32]);
    assert_eq!(qualified.digest(&key), InsDigest::from_bytes(mac), "the registry lives by this for ever");
}

#[test]
fn ins_fictitious_is_a_test_number_of_the_right_form() {
    let born_on = NaiveDate::from_ymd_opt(2004, 2, 29).unwrap();
    let ins = Ins::fictitious(Sex::Female, born_on, &InseeCode::parse("2A004").unwrap(), 17).unwrap();
    assert!(ins.matricule().starts_with("204022A004017"));
    assert!(ins.authority().is_fictitious());
    let toulouse = InseeCode::parse("31555").unwrap();
    for (sex, order) in [(Sex::Male, 0), (Sex::Male, 1000), (Sex::Unknown, 1)] {
        assert_eq!(Ins::fictitious(sex, born_on, &toulouse, order), Err(InsError::Fictitious));
    }
}

proptest! {
    #[test]
    fn ins_has_one_key_and_no_other(first13 in "[123478][0-9]{2}(0[1-9]|1[0-2]|[2-9][0-9])(2[AB]|[0-9]{2})[0-9]{6}") {
        let valid: Vec<Ins> = (0..100).filter_map(|key| test_ins(&format!("{first13}{key:02}")).ok()).collect();
        prop_assert_eq!(valid, vec![Ins::from_first13(&first13, InsAuthority::TestNir, InsStatus::Qualified).unwrap()]);
    }

    #[test]
    fn ins_catches_any_one_wrong_digit(place in 0usize..15, shift in 1u8..10) {
        let mut matricule = *b"279035121518989";
        matricule[place] = b'0' + (matricule[place] - b'0' + shift) % 10;
        prop_assert!(test_ins(std::str::from_utf8(&matricule).unwrap()).is_err());
    }

    #[test]
    fn ins_takes_any_text_without_a_fall(text in any::<String>()) {
        prop_assert!(test_ins(&text).is_err() || text.len() >= 15);
    }
}

use std::net::IpAddr;

use super::*;
use crate::clock::{FixedClock, Stamp};
use crate::web::session::csrf::CookieKey;
use crate::web::session::device;

const NOW: Stamp = Stamp(1_700_000_000_000_000);

fn throttle() -> (Throttle, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(NOW));
    (Throttle::new(clock.clone()), clock)
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn from<'a>(account: &'a str, address: &'a str) -> Attempt<'a> {
    Attempt { account, address: Some(address), device: None }
}

/// A browser that this person has used.
fn device_of(name: &str) -> DeviceId {
    let key = CookieKey::derive([7; 32], device::PURPOSE);
    let cookie = device::cookie(&key, name, None, false, NOW);
    device::known(&key, name, cookie.value(), NOW).unwrap()
}

#[test]
fn one_place_is_slowed_at_one_account_and_the_owner_elsewhere_is_not() {
    let (throttle, clock) = throttle();
    for _ in 0..10 {
        assert_eq!(throttle.sign_in(&from("ada", "192.0.2.1")), Ok(()));
    }
    assert_eq!(throttle.sign_in(&from("ada", "192.0.2.1")), Err(seconds(30)));
    assert_eq!(throttle.sign_in(&from(" ADA ", "192.0.2.1")), Err(seconds(30)), "the same account");
    assert_eq!(throttle.sign_in(&from("wim", "192.0.2.1")), Ok(()), "another account");
    clock.advance(Duration::from_millis(29_500));
    assert_eq!(throttle.sign_in(&from("ada", "192.0.2.1")), Err(seconds(1)), "rounded up");
    clock.advance(Duration::from_millis(500));
    assert_eq!(throttle.sign_in(&from("ada", "192.0.2.1")), Ok(()));
    assert_eq!(throttle.sign_in(&from("ada", "192.0.2.1")), Err(seconds(30)));
    assert_eq!(throttle.sign_in(&from("ada", "198.51.100.7")), Ok(()), "the owner, elsewhere");
}

/// A guess a second from one place for a day, as the review tried for 96 seconds.
#[test]
fn one_place_never_keeps_the_owner_out() {
    let (throttle, clock) = throttle();
    let mut verified = 0;
    for second in 0..86_400 {
        clock.advance(seconds(1));
        verified += u32::from(throttle.sign_in(&from("ada", "2001:db8::1")).is_ok());
        if second % 600 == 0 {
            assert_eq!(throttle.sign_in(&from("ada", "198.51.100.7")), Ok(()), "after {second} s");
        }
    }
    assert!((2_880..=2_900).contains(&verified), "one each half minute: {verified}");
}

#[test]
fn many_places_are_slowed_at_one_account_and_known_devices_are_not() {
    let (throttle, clock) = throttle();
    let places = |number: u32| IpAddr::from(number.to_be_bytes()).to_string();
    for number in 0..100 {
        assert_eq!(throttle.sign_in(&from("ada", &places(number))), Ok(()));
    }
    for number in 100..1_000 {
        assert_eq!(throttle.sign_in(&from("ada", &places(number))), Err(seconds(10)));
    }
    let home = places(5);
    let known = Attempt { device: Some(device_of("ada")), ..from("ada", &home) };
    for _ in 0..10 {
        assert_eq!(throttle.sign_in(&known), Ok(()), "its own counter");
    }
    assert_eq!(throttle.sign_in(&known), Err(seconds(30)), "a stolen device guesses no faster");
    let other = Attempt { device: Some(device_of("ada")), ..known };
    assert_eq!(throttle.sign_in(&other), Ok(()), "another device of hers");
    clock.advance(seconds(30));
    assert_eq!(throttle.sign_in(&known), Ok(()));
}

#[test]
fn an_address_is_slowed_whatever_it_tries_and_costs_accounts_nothing_then() {
    let (throttle, _) = throttle();
    for number in 0..30 {
        assert_eq!(throttle.sign_in(&from(&format!("person{number}"), "2001:db8:1:2::5")), Ok(()));
    }
    for host in 0..200 {
        assert_eq!(throttle.sign_in(&from("ada", &format!("2001:db8:1:2::{host:x}:1"))), Err(seconds(2)), "one /64");
    }
    assert_eq!(throttle.sign_in(&from("ada", "2001:db8:1:3::5")), Ok(()));
    let known = Attempt { device: Some(device_of("ada")), ..from("ada", "2001:db8:1:2::5") };
    assert_eq!(throttle.sign_in(&known), Ok(()), "a known device at the same address");
}

#[test]
fn a_signed_in_person_shares_no_counter_with_strangers() {
    let (throttle, _) = throttle();
    for number in 0..200_u32 {
        let _ = throttle.sign_in(&from("ada", &IpAddr::from(number.to_be_bytes()).to_string()));
    }
    for _ in 0..10 {
        assert_eq!(throttle.change_password(PersonId(1)), Ok(()));
    }
    assert_eq!(throttle.change_password(PersonId(1)), Err(seconds(30)));
    assert_eq!(throttle.change_password(PersonId(2)), Ok(()));
}

#[test]
fn set_up_is_slowed_by_address() {
    let (throttle, _) = throttle();
    for _ in 0..30 {
        assert_eq!(throttle.set_up(Some("192.0.2.1")), Ok(()));
    }
    assert_eq!(throttle.set_up(Some("192.0.2.1")), Err(seconds(2)));
    assert_eq!(throttle.set_up(Some("192.0.2.2")), Ok(()));
}

#[test]
fn memory_is_bounded_and_given_back() {
    let (throttle, clock) = throttle();
    for number in 0..30_000_u32 {
        let name = format!("person{number}");
        let _ = throttle.sign_in(&from(&name, &IpAddr::from(number.to_be_bytes()).to_string()));
        let _ = throttle.sign_in(&Attempt { device: Some(device_of("ada")), ..from("ada", "192.0.2.1") });
        let _ = throttle.change_password(PersonId(i64::from(number)));
    }
    let full = MOST_KEYS + usize::try_from(FOLDED).unwrap();
    for limiter in throttle.limiters() {
        assert!((MOST_KEYS..=full).contains(&limiter.len()), "{}", limiter.len());
    }
    assert!(throttle.sign_in(&from("wim", "203.0.113.1")).is_ok(), "a flood does not keep everybody out immediately");
    clock.advance(seconds(3_600));
    throttle.sweep();
    assert!(throttle.limiters().iter().all(|limiter| limiter.is_empty()));
}

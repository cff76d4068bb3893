//! `Network` is a block of IP addresses in CIDR form, by which an operator names the proxies that are believed.

use std::net::IpAddr;
use std::str::FromStr;

/// The addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u32,
}

/// A text that is no block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a block of addresses, such as 10.0.0.7, 10.0.0.0/24 or 2001:db8::/32, with no bit set after the prefix")]
pub struct NetworkError;

impl Network {
    /// Whether the block holds this address. An IPv4 address that is written as IPv6 is the IPv4 address.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => leading(first.to_bits(), self.prefix) == leading(address.to_bits(), self.prefix),
            (IpAddr::V6(first), IpAddr::V6(address)) => leading6(first.to_bits(), self.prefix) == leading6(address.to_bits(), self.prefix),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    fn is_canonical(&self) -> bool {
        match self.first {
            IpAddr::V4(first) => leading(first.to_bits(), self.prefix) == first.to_bits(),
            IpAddr::V6(first) => leading6(first.to_bits(), self.prefix) == first.to_bits(),
        }
    }
}

/// The first `prefix` bits; the others are zero.
const fn leading(bits: u32, prefix: u32) -> u32 {
    match u32::MAX.checked_shl(32_u32.saturating_sub(prefix)) {
        Some(mask) => bits & mask,
        None => 0,
    }
}

const fn leading6(bits: u128, prefix: u32) -> u128 {
    match u128::MAX.checked_shl(128_u32.saturating_sub(prefix)) {
        Some(mask) => bits & mask,
        None => 0,
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let first: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| NetworkError)?;
        let network = Self { first, prefix };
        if prefix <= longest && network.is_canonical() { Ok(network) } else { Err(NetworkError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().holds(address.parse().unwrap())
    }

    #[test]
    fn a_block_holds_the_addresses_that_begin_with_its_bits() {
        assert!(holds("10.1.0.0/16", "10.1.255.255") && !holds("10.1.0.0/16", "10.2.0.0"));
        assert!(holds("0.0.0.0/0", "192.0.2.1") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.6"));
        assert!(holds("192.0.2.7", "::ffff:192.0.2.7"), "one IPv4 address, written in two ways");
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("::1", "::1") && !holds("::1", "::2"));
    }

    #[test]
    fn a_text_that_is_no_block_is_refused() {
        for text in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.1/24", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "example.org"] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
        }
    }
}

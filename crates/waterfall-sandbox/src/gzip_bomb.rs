//! A body that grows when it is unpacked.

/// So many zeros are in it.
const ZEROS: u32 = 100_000_801;

/// The CRC-32 of so many zeros.
const CHECKSUM: u32 = 0x43db_e9b3;

/// The file's head, and the start of one block of deflate: a zero.
const HEAD: [u8; 12] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0x63, 0x18];

/// "The last byte, 258 times again", eight times: 13 bits each, and so 13 bytes.
const AGAIN: [u8; 13] =
    [0x05, 0xa3, 0x60, 0x14, 0x8c, 0x82, 0x51, 0x30, 0x0a, 0x46, 0xc1, 0x28, 0x18];

/// 100 MB of zeros as gzip has them, in 630 kB: what an HTTP client unpacks
/// without a limit if it does so at all.
pub(crate) fn gzipped_zeros() -> Vec<u8> {
    let rounds = (ZEROS - 1) as usize / (8 * 258);
    let mut body = HEAD.to_vec();
    body.extend(AGAIN.repeat(rounds));
    // The last round's final bits, and the end of the block.
    if let Some(last) = body.last_mut() {
        *last = 0;
    }
    body.push(0);
    body.extend(CHECKSUM.to_le_bytes());
    body.extend(ZEROS.to_le_bytes());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_small_and_says_that_it_is_large() {
        let body = gzipped_zeros();
        assert_eq!(body.len(), 629_871);
        assert_eq!(body[body.len() - 4..], ZEROS.to_le_bytes());
    }
}

//! A small gzip body that decompresses to a large one.

/// The number of zeros.
const ZEROS: u32 = 100_000_801;

/// The CRC-32 of the zeros.
const CHECKSUM: u32 = 0x43db_e9b3;

/// The gzip header and the start of a deflate block with one zero.
const HEAD: [u8; 12] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0x63, 0x18];

/// "Repeat the last byte 258 times", eight times: 13 bits each, 13 bytes together.
const REPEAT: [u8; 13] =
    [0x05, 0xa3, 0x60, 0x14, 0x8c, 0x82, 0x51, 0x30, 0x0a, 0x46, 0xc1, 0x28, 0x18];

/// 100 MB of zeros in 630 kB of gzip. A client that decompresses without a limit
/// allocates all of it.
pub(crate) fn gzipped_zeros() -> Vec<u8> {
    let rounds = (ZEROS - 1) as usize / (8 * 258);
    let mut body = HEAD.to_vec();
    body.extend(REPEAT.repeat(rounds));
    // The final bits of the last round, and the end of the block.
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
    fn it_is_small_and_declares_its_large_size() {
        let body = gzipped_zeros();
        assert_eq!(body.len(), 629_871);
        assert_eq!(body[body.len() - 4..], ZEROS.to_le_bytes());
    }
}

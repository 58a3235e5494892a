//! Messages on a pipe: four bytes of length, little-endian, then the message.

use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest message: far above the largest roster, so a broken pipe cannot ask
/// for all memory.
const LONGEST: u32 = 1 << 30;

/// Writes one message.
///
/// # Errors
/// When the pipe is closed or the message is longer than a gibibyte.
pub(super) fn write<M: Serialize>(pipe: &mut impl Write, message: &M) -> io::Result<()> {
    let bytes = postcard::to_stdvec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("the message is too long"))?;
    pipe.write_all(&length.to_le_bytes())?;
    pipe.write_all(&bytes)?;
    pipe.flush()
}

/// Reads one message; `None` when the other side has closed the pipe.
///
/// # Errors
/// When the pipe breaks within a message, or what comes is none.
pub(super) fn read<M: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    match pipe.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            "the message is too long",
        ));
    }
    let mut bytes = Vec::new();
    pipe.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() < usize::try_from(length).unwrap_or(usize::MAX) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let invalid =
        |error: postcard::Error| io::Error::new(ErrorKind::InvalidData, error.to_string());
    postcard::from_bytes(&bytes).map(Some).map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_and_a_cut_one_is_an_error() {
        let mut pipe = Vec::new();
        write(&mut pipe, &("hello", 7_u32)).unwrap();
        let back: Option<(String, u32)> = read(&mut pipe.as_slice()).unwrap();
        assert_eq!(back, Some(("hello".to_owned(), 7)));
        let nothing: Option<u32> = read(&mut [].as_slice()).unwrap();
        assert_eq!(nothing, None);
        let cut = &pipe[..pipe.len() - 1];
        assert!(read::<(String, u32)>(&mut &cut[..]).is_err());
    }

    #[test]
    fn an_absurd_length_is_refused_before_memory_is_asked_for() {
        let pipe = u32::MAX.to_le_bytes();
        assert!(read::<u32>(&mut pipe.as_slice()).is_err());
    }
}

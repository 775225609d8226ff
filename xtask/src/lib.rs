//! From the API description to reviewed code.

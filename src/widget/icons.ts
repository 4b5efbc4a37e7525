/** Paths of 24 units, drawn as strokes. */
export const CHAT = "M21 12a8 8 0 0 1-8 8H4l1.8-3.2A8 8 0 1 1 21 12Z";
export const CLOSE = "M6 6l12 12M18 6 6 18";
export const FRESH = "M12 20h8M4 20l1-4L16 5l3 3L8 19Z";
export const SEND = "M12 20V5M5 12l7-7 7 7";
export const STOP = "M8 8h8v8H8Z";
export const COPY = "M9 9h11v11H9ZM5 15H4V4h11v1";
export const UP = "M7 10v10H4V10ZM7 10l4-7c3 0 3 2 2 6h6l-2 11H7";
export const DOWN = "M7 14V4H4v10ZM7 14l4 7c3 0 3-2 2-6h6L17 4H7";
export const AGAIN = "M20 5v5h-5M20 10a8 8 0 1 0 0 5";

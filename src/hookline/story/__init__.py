"""Scripts and subtitles to a timed story: scenes, beats, tension, hooks, endings."""

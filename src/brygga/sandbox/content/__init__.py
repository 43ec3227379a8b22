"""What imitated records are filled with: people, places, phrases, pictures, papers, ids. All invented."""

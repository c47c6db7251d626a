/* Who the others in a room are, as the `names` and `role` macros of templates/components/room_row.html say it. */
(function (prosa) {
  'use strict';

  function others(members, userId) {
    return members.filter(function (member) {
      return member.user_id !== userId;
    });
  }

  prosa.namesOf = function (members, userId) {
    if (!Array.isArray(members)) {
      return prosa.texts('%(num)s participante', '%(num)s participantes', members);
    }
    return others(members, userId).map(function (member) {
      return prosa.isolated(member.name);
    }).join(', ');
  };

  prosa.roleOf = function (members, userId) {
    return Array.isArray(members) && members.length === 2 ? others(members, userId)[0].role : '';
  };
}(window.prosa = window.prosa || {}));
